import CLIPEngine
import Foundation
import Tensors
import Testing

/// Shards, OpenCLIP's files and models of other kinds.
extension ModelFolderErrorTests {
    private static func openCLIP(_ keys: [String], _ json: String, _ message: String) -> Sample {
        Sample(message) {
            try $0.useOpenCLIP()
            try $0.edit("open_clip_config.json", keys, json)
        }
    }

    private static func vision(openCLIP name: String, _ json: String, _ message: String) -> Sample {
        openCLIP(["model_cfg", "vision_cfg", name], json, message)
    }

    private static func text(openCLIP name: String, _ json: String, _ message: String) -> Sample {
        openCLIP(["model_cfg", "text_cfg", name], json, message)
    }

    private static func index(_ keys: [String], _ json: String, _ message: String) -> Sample {
        Sample(message) {
            try $0.useShards()
            try $0.edit("model.safetensors.index.json", keys, json)
        }
    }

    static let shards: [Sample] = [
        Sample(
            "no 'model-00002-of-00003.safetensors' in the folder of '…/model.safetensors.index.json', "
                + "which names it"
        ) {
            try $0.useShards()
            try $0.remove("model-00002-of-00003.safetensors")
        },
        index(
            ["weight_map", "logit_scale"], "\"model-00002-of-00003.safetensors\"",
            "missing tensor 'logit_scale' in '…/model-00002-of-00003.safetensors'"),
        index(
            ["weight_map", "logit_scale"], "\"../model.safetensors\"",
            "expected the name of a safetensors file in the folder for 'logit_scale' in "
                + "'…/model.safetensors.index.json'; got '../model.safetensors'"),
        index(
            ["weight_map", "logit_scale"], "\"a/model.safetensors\"",
            "expected the name of a safetensors file in the folder for 'logit_scale' in "
                + "'…/model.safetensors.index.json'; got 'a/model.safetensors'"),
        index(
            ["weight_map", "logit_scale"], "\"/dev/zero\"",
            "expected the name of a safetensors file in the folder for 'logit_scale' in "
                + "'…/model.safetensors.index.json'; got '/dev/zero'"),
        index(
            ["weight_map", "logit_scale"], "\"= a.safetensors\"",
            "expected the name of a safetensors file in the folder for 'logit_scale' in "
                + "'…/model.safetensors.index.json'; got '= a.safetensors'"),
        index(
            ["weight_map", "logit_scale"], "3",
            "expected a string for 'logit_scale' in '…/model.safetensors.index.json'; got 3"),
        index(
            ["weight_map", "logit_scale"], "null",
            "expected the name of a safetensors file in the folder for 'logit_scale' in "
                + "'…/model.safetensors.index.json'; got nothing"),
        index(
            ["weight_map"], "{}",
            "expected tensors for 'weight_map' in '…/model.safetensors.index.json'; got none"
        ),
        index(
            ["weight_map"], "7",
            "expected an object for 'weight_map' in '…/model.safetensors.index.json'; got 7"),
        Sample("missing tensor 'logit_scale' in '…/model.safetensors.index.json'") {
            try $0.useShards()
            var map: [String: String] = [:]
            for (index, name) in SmallModel.shapes.map(\.name).sorted().enumerated() where index > 0 {
                map[name] = SmallModel.shard(index % 3, of: 3)
            }
            try $0.write("model.safetensors.index.json", json: ["weight_map": map])
        },
        Sample("expected at most 256 files for 'weight_map' in '…/model.safetensors.index.json'; got 300") {
            try $0.useShards()
            let files = (0..<300).map { ("tensor\($0)", "shard\($0).safetensors") }
            try $0.write(
                "model.safetensors.index.json",
                json: ["weight_map": Dictionary(uniqueKeysWithValues: files)])
        },
    ]

    static let openCLIPFiles: [Sample] = [
        openCLIP(
            ["model_cfg"], "null",
            "expected an object for 'model_cfg' in '…/open_clip_config.json'; got nothing"),
        openCLIP(
            ["model_cfg", "embed_dim"], "null",
            "expected a number for 'embed_dim' in '…/open_clip_config.json'; got nothing"),
        openCLIP(
            ["model_cfg", "init_logit_bias"], "-10",
            "'model_cfg.init_logit_bias': -10 in '…/open_clip_config.json' is not supported"),
        openCLIP(
            ["model_cfg", "multimodal_cfg"], "{\"width\": 8}",
            "'model_cfg.multimodal_cfg': an object in '…/open_clip_config.json' is not supported"),
        openCLIP(
            ["model_cfg", "vision"], "{}",
            "unknown field 'model_cfg.vision' in '…/open_clip_config.json' is not supported"),
        openCLIP(
            ["model_cfg", "quick_gelu"], "\"yes\"",
            "expected true or false for 'quick_gelu' in '…/open_clip_config.json'; got 'yes'"),
        vision(
            openCLIP: "timm_model_name", "\"vit_base_patch16_siglip_224\"",
            "'vision_cfg.timm_model_name': 'vit_base_patch16_siglip_224' in '…/open_clip_config.json' "
                + "is not supported"),
        vision(
            openCLIP: "layers", "[3, 4, 6, 3]",
            "expected a number for 'layers' in '…/open_clip_config.json'; got a list"),
        vision(
            openCLIP: "pool_type", "\"avg\"",
            "'vision_cfg.pool_type': 'avg' in '…/open_clip_config.json' is not supported"),
        vision(
            openCLIP: "no_ln_pre", "true",
            "'vision_cfg.no_ln_pre': true in '…/open_clip_config.json' is not supported"),
        vision(
            openCLIP: "attentional_pool", "true",
            "'vision_cfg.attentional_pool': true in '…/open_clip_config.json' is not supported"),
        vision(
            openCLIP: "ls_init_value", "1e-5",
            "'vision_cfg.ls_init_value': 1e-05 in '…/open_clip_config.json' is not supported"),
        vision(
            openCLIP: "qk_norm", "true",
            "'vision_cfg.qk_norm': true in '…/open_clip_config.json' is not supported"),
        vision(
            openCLIP: "rope", "false",
            "unknown field 'vision_cfg.rope' in '…/open_clip_config.json' is not supported"),
        vision(
            openCLIP: "head_width", "17",
            "expected a number up to the width 16 for 'head_width' in '…/open_clip_config.json'; got 17"),
        vision(
            openCLIP: "head_width", "3",
            "expected a multiple of 5 heads for 'width' in '…/open_clip_config.json'; got 16"),
        vision(
            openCLIP: "mlp_ratio", "1e-9",
            "expected a ratio that gives a hidden layer for 'mlp_ratio' in '…/open_clip_config.json'; "
                + "got 1e-09"),
        vision(
            openCLIP: "image_size", "[12, 12]",
            "expected a number for 'image_size' in '…/open_clip_config.json'; got a list"),
        text(
            openCLIP: "hf_model_name", "\"xlm-roberta-base\"",
            "'text_cfg.hf_model_name': 'xlm-roberta-base' in '…/open_clip_config.json' is not supported"),
        text(
            openCLIP: "hf_tokenizer_name", "\"bert-base-uncased\"",
            "'text_cfg.hf_tokenizer_name': 'bert-base-uncased' in '…/open_clip_config.json' is not supported"
        ),
        text(
            openCLIP: "pool_type", "\"last\"",
            "'text_cfg.pool_type': 'last' in '…/open_clip_config.json' is not supported"),
        text(
            openCLIP: "embed_cls", "true",
            "'text_cfg.embed_cls': true in '…/open_clip_config.json' is not supported"),
        text(
            openCLIP: "no_causal_mask", "true",
            "'text_cfg.no_causal_mask': true in '…/open_clip_config.json' is not supported"),
        text(
            openCLIP: "norm_kwargs", "{\"eps\": 2}",
            "expected a number between 0 and 1 for 'eps' in '…/open_clip_config.json'; got 2.0"),
        text(
            openCLIP: "norm_kwargs", "{\"bias\": false}",
            "unknown field 'norm_kwargs.bias' in '…/open_clip_config.json' is not supported"),
        text(
            openCLIP: "context_length", "2",
            "expected at least 3 for 'context_length' in '…/open_clip_config.json'; got 2"),
        openCLIP(
            ["preprocess_cfg", "resize_mode"], "\"squash\"",
            "'preprocess_cfg.resize_mode': 'squash' in '…/open_clip_config.json' is not supported"),
        openCLIP(
            ["preprocess_cfg", "interpolation"], "\"bilinear\"",
            "'preprocess_cfg.interpolation': 'bilinear' in '…/open_clip_config.json' is not supported"),
        openCLIP(
            ["preprocess_cfg", "size"], "[12, 16]",
            "expected the model's image size 12 for 'size' in '…/open_clip_config.json'; got 16"),
        openCLIP(
            ["preprocess_cfg", "std"], "[0, 1, 1]",
            "expected positive numbers for 'std' in '…/open_clip_config.json'; got [0.0, 1.0, 1.0]"),
        Sample("missing tensor 'visual.ln_pre.weight' in '…/open_clip_model.safetensors'") {
            let weights = try SmallModel.weights(leaving: "vision_model.pre_layrnorm.weight")
            try $0.write("model.safetensors", Data(weights.serialized()))
            try $0.useOpenCLIP()
        },
        Sample(
            "expected shape [72] of 'transformer.resblocks.0.attn.in_proj_bias' in '…/model.safetensors'; got [72, 1]"
        ) {
            var weights = try $0.openCLIPWeights(leaving: "transformer.resblocks.0.attn.in_proj_bias")
            try weights.add(
                "transformer.resblocks.0.attn.in_proj_bias", shape: [72, 1],
                floats: [Float](repeating: 0, count: 72))
            try $0.write("model.safetensors", Data(weights.serialized()))
        },
        Sample("tensor 'visual.transformer.resblocks.0.ls_1.gamma' in '…/model.safetensors' is not supported")
        {
            var weights = try $0.openCLIPWeights()
            try weights.add("visual.transformer.resblocks.0.ls_1.gamma", shape: [1], floats: [1])
            try $0.write("model.safetensors", Data(weights.serialized()))
        },
    ]

    static let otherModels: [Sample] = [
        Sample(
            "expected safetensors weights in model folder '…'; got 'pytorch_model.bin', which only PyTorch can read"
        ) {
            try $0.remove("model.safetensors")
            try $0.write("pytorch_model.bin", Data([0x80]))
        },
        Sample("'do_center_crop': false in '…/processor_config.json' is not supported") {
            try $0.remove("preprocessor_config.json")
            try $0.write("processor_config.json", json: ["image_processor": ["do_center_crop": false]])
        },
        Sample("expected 'clip' for 'model_type' in '…/config.json'; got nothing") {
            try $0.write("config.json", json: ["architecture": "vit_base_patch32_clip_224"])
        },
        Sample("tensor 'logit_bias' in '…/model.safetensors' is not supported") {
            var weights = try SmallModel.weights()
            try weights.add("logit_bias", shape: [], floats: [1])
            try $0.write("model.safetensors", Data(weights.serialized()))
        },
        .text(
            "num_hidden_layers", "2",
            "tensor 'text_model.encoder.layers.2.layer_norm1.bias' in '…/model.safetensors' is not supported"
        ),
        .top(
            "auto_map", "{\"AutoModel\": \"modeling_evaclip.EvaCLIPModel\"}",
            "'auto_map': an object in '…/config.json' is not supported"),
        .top(
            "quantization_config", "{\"bits\": 4}",
            "'quantization_config': an object in '…/config.json' is not supported"),
        .text(
            "pruned_heads", "{\"0\": [1]}",
            "'text_config.pruned_heads': an object in '…/config.json' is not supported"),
        .text(
            "model_type", "\"roberta\"",
            "expected 'clip_text_model' for 'model_type' in '…/config.json'; got 'roberta'"),
        .vision(
            "model_type", "\"siglip_vision_model\"",
            "expected 'clip_vision_model' for 'model_type' in '…/config.json'; got 'siglip_vision_model'"),
    ]

    @Test(arguments: shards + openCLIPFiles + otherModels) func layoutMessage(_ sample: Sample) throws {
        let folder = try SmallModel()
        try sample.change(folder)
        #expect(Self.message(folder.path) == sample.message)
    }

    /// Fields that say what is computed anyway, or nothing.
    @Test func harmlessFields() throws {
        let folder = try SmallModel()
        try folder.useOpenCLIP()
        for (keys, value) in [
            (["model_cfg", "custom_text"], "true"), (["model_cfg", "init_logit_bias"], "null"),
            (["model_cfg", "vision_cfg", "patch_dropout"], "0.5"),
            (["model_cfg", "vision_cfg", "timm_model_name"], "null"),
            (["model_cfg", "vision_cfg", "pool_type"], "\"tok\""),
            (["model_cfg", "vision_cfg", "pos_embed_type"], "\"sin_cos_2d\""),
            (["model_cfg", "text_cfg", "pool_type"], "\"argmax\""),
            (["model_cfg", "text_cfg", "tokenizer_kwargs"], "{}"),
            (["model_cfg", "text_cfg", "norm_kwargs"], "{\"eps\": 1e-6}"),
            (["preprocess_cfg", "size"], "[12, 12]"), (["preprocess_cfg", "fill_color"], "0"),
        ] {
            try folder.edit("open_clip_config.json", keys, value)
            #expect(Self.message(folder.path) == "")
        }
    }
}
