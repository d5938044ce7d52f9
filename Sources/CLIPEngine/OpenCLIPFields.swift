/// What the fields of `open_clip_config.json` may say; any other field, and any other value, is refused.
///
/// Source: `CLIPVisionCfg`, `CLIPTextCfg`, `CLIP` and `PreprocessCfg` of open_clip_torch 3.3.
struct OpenCLIPFields {
    /// Fields that are read.
    let read: Set<String>
    /// Fields that do not change what an evaluation computes.
    let harmless: Set<String>
    /// Fields with the only values that are computed; absent and null are allowed as well.
    let fixed: [String: Set<String>]

    /// Checks every field of an object that errors call `name`.
    func check(_ json: JSONObject, name: String) throws {
        for field in json.names where !read.contains(field) && !harmless.contains(field) {
            guard let allowed = fixed[field] else {
                throw CLIPError.unsupported("unknown field '\(name).\(field)'", file: json.path)
            }
            if let value = json.literal(field), !allowed.contains(value) {
                throw CLIPError.unsupported("'\(name).\(field)': \(value)", file: json.path)
            }
        }
    }

    /// Changes to the residual block that few models have.
    private static let block: [String: Set<String>] = [
        "ls_init_value": [], "block_type": ["'default'"], "qk_norm": ["false"],
        "scaled_cosine_attn": ["false"], "scale_heads": ["false"], "scale_attn_inner": ["false"],
        "scale_attn": ["false"], "scale_fc": ["false"], "act_kwargs": [], "output_tokens": ["false"],
        "final_ln_after_pool": ["false"],
    ]

    static let model = OpenCLIPFields(
        read: ["embed_dim", "quick_gelu", "vision_cfg", "text_cfg"],
        // The last two are the place of the text tower, seen from the names, and a start value.
        harmless: ["nonscalar_logit_scale", "output_dict", "cast_dtype", "custom_text", "init_logit_scale"],
        fixed: ["init_logit_bias": [], "multimodal_cfg": []])

    static let vision = OpenCLIPFields(
        read: ["layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "norm_kwargs"],
        harmless: [
            "patch_dropout", "attn_pooler_queries", "attn_pooler_heads", "timm_model_pretrained",
            "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path",
        ],
        // Fixed sine and cosine positions are stored like learned ones.
        fixed: block.merging([
            "attentional_pool": ["false"], "no_ln_pre": ["false"], "pool_type": ["'tok'"],
            "pos_embed_type": ["'learnable'", "'sin_cos_2d'"], "timm_model_name": [],
        ]) { $1 })

    static let text = OpenCLIPFields(
        read: ["context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "norm_kwargs"],
        harmless: [
            "pad_id", "eos_id", "hf_model_pretrained", "hf_proj_type", "hf_pooler_type",
        ],
        fixed: block.merging([
            "hf_tokenizer_name": [], "tokenizer_mode": [], "tokenizer_kwargs": [], "hf_model_name": [],
            "embed_cls": ["false"], "no_causal_mask": ["false"], "pool_type": ["'argmax'"],
            "proj_bias": ["false"], "proj_type": ["'linear'"], "use_pad_mask": ["false"],
            "correct_cls_mask": ["false"],
        ]) { $1 })

    static let preprocessing = OpenCLIPFields(
        read: ["size", "mean", "std"], harmless: ["fill_color"],
        fixed: ["mode": ["'RGB'"], "interpolation": ["'bicubic'"], "resize_mode": ["'shortest'"]])
}
