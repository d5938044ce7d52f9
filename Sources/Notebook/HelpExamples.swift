/// What statements show, by help's topics: recorded by 'make help-examples', compared by its tests.
let helpExamples: [String: String] = [
    "ablate": #"""
    > ablate rank 1 5 --seeds 1 --queries 100 --every 100
    | stamps: 175 test images, seeds 1
    |           accuracy  at 10  at 20  at 50  behind the best  to target  area
    |   rank 5      33.1   18.9   21.1   32.6                –  100 (100)  35.7
    |   rank 1      30.9   26.9   25.7   27.4  2.3 [-4.0, 8.6]  100 (100)  37.5
    |   best: rank 5; not told from it: rank 1
    | accuracy: mean ± deviation over seeds. behind the best: 95 % interval over seeds and test images.
    | to target: queries until the training (validation) accuracy, smoothed over 200 queries, is at
    | the smallest of the methods' best, seed by seed. area: mean validation accuracy.
    """#,
    "anchors": #"""
    > anchors --contexts 3
    | logit anchors of 3 contexts, ridge 0.003: test accuracy 68.0 % (119 of 175), loss 0.9761
    | 3 contexts × 1 minibatch of training images = 3 training queries; every prediction costs 3 queries
    """#,
    "apropos": #"""
    > apropos momentum
    | blackvip --momentum           β of SPSA-GC
    | zip --momentum                β of SPSA-GC
    """#,
    "bar": #"""
    > prompt new --method bar --name frame
    | bar: pictures of 56 px in a frame of 64 px, δ = 12288, 5 directions
    | 6 queries a step, budget 5000: 833 steps; batch of 112 images, a = 10.0 to 0.1, β = 0.01
    > show prompt
    | "a photo of a {}."
    | changed pixels: frame of 3 × 64 × 64, frame_inner_side of 1
    """#,
    "bias": #"""
    > prompt new --method bias --name shifted
    | bias: a template with a temperature and a bias a class
    | 1 query a step, budget 5000: 1 step; batch of 112 images
    > step
    | step 1, 1 query, loss 3.034, fitted loss 1.462, 4999 queries left
    > eval --split test
    | test accuracy 45.1 % (79 of 175), loss 1.536 after 1 query
    """#,
    "blackvip": #"""
    > prompt new --method blackvip --name additive
    | blackvip: a decoder of 64 channels fed by a feature of 128 and a trigger of 128, δ = 9248
    | 10 queries a step, budget 5000: 500 steps; batch of 112 images, a = 0.01, c = 0.01, ε = 1.0
    """#,
    "box": #"""
    > box --shows probabilities --digits 2 --price 0.01
    | new prompts see probabilities to 2 decimals
    | 1000 queries cost 10.00 in money
    """#,
    "bptvlm": #"""
    > prompt new --method bptvlm --name tokens
    | bptvlm: 5 context tokens, 5 visual tokens, n = 4000, population 15
    | 15 queries a step, budget 5000: 333 steps; batch of 112 images, σ = 1.0
    """#,
    "branch": #"""
    > branch other
    | now at 'other', a branch at step 2, 20 queries
    > step
    | step 3, 30 queries, loss 2.067, ‖ĝ‖ 79.13 clipped, 4970 queries left
    > runs
    |   main     zip, seed 1, step 2, loss 2.196, 30 of 5000 queries
    | * └ other  zip, seed 1, step 3 from 2, loss 2.067, 30 of 5000 queries
    """#,
    "budget": #"""
    > budget 6000
    | budget 6000, 20 queries asked, 5980 left
    """#,
    "calibrate": #"""
    > prompt new --method calibrate --name mapped
    | calibrate: a template with a 7 × 7 map of its logits
    | 1 query a step, budget 5000: 1 step; batch of 112 images
    > step
    | step 1, 1 query, loss 3.034, fitted loss 0.7461, ridge 0.0030, 4999 queries left
    > eval --split test
    | test accuracy 65.7 % (115 of 175), loss 0.9618 after 1 query
    """#,
    "checkpoint": #"""
    > checkpoint start
    | checkpoint 'start' at step 2
    > show
    | model: Assets/Model
    | data: 112 training, 28 validation, 175 test images
    | classes: 7
    | prompt: zip, δ = 417, seed 1, step 2
    | queries: 20 of 5000 for training, 0 for evaluation
    | last step: loss 2.196, ‖ĝ‖ 264.6 of 20.42, clipped, a_k 0.0064, c_k 0.0093
    | checkpoints: start
    """#,
    "classes": #"""
    > classes
    | 0  animal
    | 1  food
    | 2  holiday
    | 3  house
    | 4  letter
    | 5  sign
    | 6  vehicle
    """#,
    "classify": #"""
    > classify Assets/Data/stamps/images/animal/chimp.png
    | under the tuned prompt (step 2):
    | Assets/Data/stamps/images/animal/chimp.png: animal 26.7 %, vehicle 19.2 %, food 18.0 %, house 14.6 %, holiday 12.9 %
    """#,
    "compare": #"""
    > compare --methods zip,calibrate --seeds 1 --queries 100 --every 100
    | stamps: 175 test images, seeds 1
    |              accuracy  at 10  at 20  at 50    behind the best  to target  area
    |   calibrate      65.7   65.7   65.7   65.7                  –      0 (0)  71.3
    |   zip            33.1   18.9   21.1   32.6  32.6 [24.6, 41.1]  100 (100)  35.7
    |   best: calibrate; all others are behind it
    | accuracy: mean ± deviation over seeds. behind the best: 95 % interval over seeds and test images.
    | to target: queries until the training (validation) accuracy, smoothed over 200 queries, is at
    | the smallest of the methods' best, seed by seed. area: mean validation accuracy.
    """#,
    "data": #"""
    > data load Assets/Data/flags --shots 8
    | note: the run at step 2 belonged to what was loaded before; 'undo' brings it back
    | 32 training, 16 validation, 100 test images of 4 classes (CoOp split file)
    """#,
    "diff": #"""
    > branch other
    | now at 'other', a branch at step 2, 20 queries
    > step 3
    | step 5, 50 queries, loss 1.914, ‖ĝ‖ 54.79 clipped, 4950 queries left
    > diff main other
    |                     main          other
    | step                2             5
    | queries             20            50
    | the first 2 steps have the same losses to the bit
    | the parameters are different
    """#,
    "doctor": #"""
    > prompt new --a 1
    | note: this takes the place of run 'main' at step 2; 'undo' brings it back
    | zip: 8 context tokens, D = 500, rank 5, δ = 417, gradients clipped at 20.42
    | 10 queries a step, budget 5000: 500 steps; batch of 112 images, a = 1.0, c = 0.01
    > doctor
    | examining with 133 queries of the 5000 left
    | loss      2.037, the same when asked again
    | labels    a template gives 41 of 112 training images its label, a map of its logits fitted without the image 68
    | slope     c_k = 0.01: noise 0 %, curvature leaves 68 %; good from 1e-06 to 0.01
    | step      ‖ĝ‖ 120.3, clipped to 20.42; changes the parameters by 85 %; at 0.01 × it the loss is least, 1.865
    | schedule  486 steps left, as long as 87.35 like the next; c_k ends at 0.0054
    | parts     315 of 417 parameters (s, V) do not move the loss here
    | first:    the next step is too long: it changes the parameters by 85 %
    |           --a 0.01
    """#,
    "eval": #"""
    > eval --split test
    | test accuracy 21.1 % (37 of 175), loss 1.985 after 20 queries
    """#,
    "export": #"""
    > export csv run.csv
    | 2 steps and 0 evaluations written to run.csv
    """#,
    "gauss-newton": #"""
    > prompt new --method gauss-newton --name gn
    | gauss-newton: 8 context tokens, n = 1152, head bias, space words
    | 3 to 7 queries a step, budget 5000: at least 714 steps; batch of 112 images, fixed minibatch of 112, difference 0.5…
    > run --queries 30
    | step 8, 26 queries, loss 1.261, ρ 0.5314, r 6.810 accepted, 4974 queries left
    | validation accuracy 53.6 %, best 53.6 % at 26 queries
    > eval --split test
    | test accuracy 52.0 % (91 of 175), loss 1.318 after 26 queries
    """#,
    "goto": #"""
    > goto step 1
    | at step 1, 10 queries
    """#,
    "history": #"""
    > eval
    | validation accuracy 21.4 % (6 of 28), loss 2.136 after 20 queries
    > history 2
    |   step  queries     loss      ‖ĝ‖
    |      1       10    2.180    120.3 clipped
    |      2       20    2.196    264.6 clipped  validation 21.4 %
    """#,
    "language": #"""
    > let ranks = [1, 3]
    > for rank in $ranks { prompt new --rank $rank --name "r$rank"; step 5 }
    | zip: 8 context tokens, D = 500, rank 1, δ = 133, gradients clipped at 11.53
    | 10 queries a step, budget 5000: 500 steps; batch of 112 images, a = 0.01, c = 0.01
    | step 5, 50 queries, loss 1.825, ‖ĝ‖ 37.53 clipped, 4950 queries left
    | zip: 8 context tokens, D = 500, rank 3, δ = 275, gradients clipped at 16.58
    | 10 queries a step, budget 5000: 500 steps; batch of 112 images, a = 0.01, c = 0.01
    | step 5, 50 queries, loss 2.108, ‖ĝ‖ 158.9 clipped, 4950 queries left
    > if (r1.loss < r3.loss) { say "rank 1" } else { say "rank $(ranks[-1])" }
    | rank 1
    """#,
    "mistakes": #"""
    > mistakes --split test
    | test images right: 37 of 175
    | animal     20.0 %  5 of 25     taken for house 19, vehicle 1
    | food       16.0 %  4 of 25     taken for holiday 15, animal 4, sign 2
    | holiday    32.0 %  8 of 25     taken for animal 8, sign 4, food 3, house 1, …
    | house      40.0 %  10 of 25    taken for animal 10, holiday 2, vehicle 2, food 1
    | letter      8.0 %  2 of 25     taken for vehicle 14, sign 7, holiday 1, house 1
    | sign       16.0 %  4 of 25     taken for food 9, vehicle 9, house 3
    | vehicle    16.0 %  4 of 25     taken for holiday 9, house 8, animal 4
    """#,
    "model": #"""
    > model info
    | CLIP with 2.5 M weights: images of 64 px in patches of 8, texts of 77 tokens
    | vision 128 wide × 6 layers, text 128 wide × 4 layers
    | vision: width 128, 6 layers, 4 heads, MLP 512, quick_gelu
    | text: width 128, 4 layers, 4 heads, MLP 512, quick_gelu
    | preprocessing: shortest side to 64 px (bicubic), centre crop 64, mean [0.48145467, 0.4578275, 0.40821072], std [0.2…
    | features: 128, logit scale 39.10, vocabulary 3514
    | model.safetensors: sha256 2857500abd7ce1988897ab1fe32337e19eee8967fc2dc5c15777364c25a6ae0d
    | config.json: sha256 66e265e48a81a3d898b8af233183cb0dc12b91ae96bcba28a606c1e97e80ad6b
    | vocab.json: sha256 8c2b4f3936121686d7f7c10cb224ee3b1532174be2332a7e1a99a910560f7c9f
    | merges.txt: sha256 ec38216c47d692deb30bde2d68ef4401789b2cd521beb9b887dab511d2d2c86f
    | preprocessor_config.json: sha256 f26fdb9c80408ff2a5e63d9eec6cd267fb51562275184e43a8ad93c2ac9e34d6
    """#,
    "plot": #"""
    > run --queries 400
    | step 40, 400 queries, loss 1.362, ‖ĝ‖ 31.08 clipped, 4600 queries left
    | validation accuracy 50.0 %, best 50.0 % at 400 queries
    > plot loss
    | ██▇▇▆▆▅▅▄▄▃▃▂▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  1.361 to 2.196
    | loss curve of 40 points written to loss.png
    """#,
    "probe": #"""
    > probe
    | linear probe on 112 training images, weight decay 0.01: test accuracy 69.1 % (121 of 175), loss 0.9622
    """#,
    "prompt": #"""
    > prompt info
    | zip: 8 context tokens, D = 500, rank 5, δ = 417, gradients clipped at 20.42
    | 10 queries a step, budget 5000: 500 steps; batch of 112 images, a = 0.01, c = 0.01
    > prompt save learned.safetensors
    | context of 8 × 128 written to learned.safetensors
    """#,
    "provenance": #"""
    > provenance
    | program                     ziplab 0.1.0
    | kernels, threads            any: numbers do not depend on them
    | random numbers              Philox 4×32-10, a stream for each purpose, index and seed
    | model                       Assets/Model
    |   model.safetensors         2857500abd7ce1988897ab1fe32337e19eee8967fc2dc5c15777364c25a6ae0d
    |   config.json               66e265e48a81a3d898b8af233183cb0dc12b91ae96bcba28a606c1e97e80ad6b
    |   vocab.json                8c2b4f3936121686d7f7c10cb224ee3b1532174be2332a7e1a99a910560f7c9f
    |   merges.txt                ec38216c47d692deb30bde2d68ef4401789b2cd521beb9b887dab511d2d2c86f
    |   preprocessor_config.json  f26fdb9c80408ff2a5e63d9eec6cd267fb51562275184e43a8ad93c2ac9e34d6
    |   activation                quick_gelu
    |   texts                     cleaned as huggingface does
    |   images                    shortest side to 64 px (bicubic, as Pillow), centre crop 64, mean [0.48145467, 0.457827…
    | data                        Assets/Data/stamps
    | …
    """#,
    "redo": #"""
    > undo
    | undone: step 2; at step 0, 0 queries
    > redo
    | redone: step 2; at step 2, 20 queries
    """#,
    "restore": #"""
    > checkpoint start
    | checkpoint 'start' at step 2
    > step 3
    | step 5, 50 queries, loss 1.914, ‖ĝ‖ 54.79 clipped, 4950 queries left
    > restore start
    | back at checkpoint 'start': step 2, 20 queries
    """#,
    "run": #"""
    > run --queries 200 --split test every 100 { say "$queries: $loss" }
    | 100: 1.6997467279434204
    | 200: 1.4738284707069398
    | step 20, 200 queries, loss 1.474, ‖ĝ‖ 25.32 clipped, 4800 queries left
    | test accuracy 41.7 %, best 41.7 % at 200 queries
    """#,
    "runs": #"""
    > branch other
    | now at 'other', a branch at step 2, 20 queries
    > runs
    |   main     zip, seed 1, step 2, loss 2.196, 20 of 5000 queries
    | * └ other  zip, seed 1, step 2 from 2, loss 2.196, 20 of 5000 queries
    """#,
    "save": #"""
    > save session.zlt
    | session written to session.zlt
    """#,
    "say": #"""
    > say "loss $(main.loss) after $(main.queries) queries"
    | loss 2.1955922484397887 after 20 queries
    """#,
    "show": #"""
    > show step
    | last step: loss 2.196, ‖ĝ‖ 264.6 of 20.42, clipped, a_k 0.0064, c_k 0.0093
    > show prompt --words 2
    | 8 vectors before each class name, and the nearest words:
    |   1  mometer 0.2932, losoph… 0.2938
    |   2  nort… 0.2966, ample 0.2981
    |   3  ortho… 0.3075, lus 0.3093
    |   4  busine… 0.2838, rench 0.2845
    |   5  ilway 0.3258, ptile 0.3266
    |   6  extremel… 0.2599, instr… 0.2601
    |   7  [… 0.2349, `… 0.2371
    |   8  butter… 0.2854, bot 0.2861
    | from its nearest word a vector is 0.2859 away; words such as 'photo' are 0.2529 from theirs
    """#,
    "step": #"""
    > step 3
    | step 5, 50 queries, loss 1.914, ‖ĝ‖ 54.79 clipped, 4950 queries left
    """#,
    "template": #"""
    > prompt new --method template --name plain
    | template: "a photo of a {}."
    | nothing to tune, budget 5000; batch of 112 images
    > eval --split test
    | test accuracy 34.3 % (60 of 175), loss 2.973 after 0 queries
    """#,
    "trace": #"""
    > trace run.safetensors
    | 2 steps written to run.safetensors (51616 bytes)
    """#,
    "undo": #"""
    > undo
    | undone: step 2; at step 0, 0 queries
    """#,
    "use": #"""
    > branch other
    | now at 'other', a branch at step 2, 20 queries
    > use main
    | now at 'main': zip, step 2, 20 queries
    """#,
    "zeroshot": #"""
    > zeroshot "a stamp that shows a {}."
    | zero-shot with "a stamp that shows a {}.": accuracy 33.7 % (59 of 175 test images), loss 2.006
    """#,
    "zip": #"""
    > prompt new --rank 3 --seed 2 --name narrow
    | zip: 8 context tokens, D = 500, rank 3, δ = 275, gradients clipped at 16.58
    | 10 queries a step, budget 5000: 500 steps; batch of 112 images, a = 0.01, c = 0.01
    > run --queries 500 --split test
    | step 50, 500 queries, loss 1.351, ‖ĝ‖ 18.39 clipped, 4500 queries left
    | test accuracy 47.4 %, best 47.4 % at 500 queries
    """#,
]
