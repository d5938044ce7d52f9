// swift-tools-version: 6.2

import PackageDescription

/// Settings of every Swift target. Memory safety is checked strictly except where float buffers
/// meet the C kernels; those two targets keep their unsafe code in the files that say so.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]
let strict: [SwiftSetting] = common + [.strictMemorySafety()]

let package = Package(
    name: "ziplab",
    products: [
        .executable(name: "ziplab", targets: ["ziplab"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C
        .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .systemLibrary(name: "CLibpng", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CLibjpeg", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Without pkg-config: what it says of Kerberos, for the static library, SwiftPM warns about.
        .systemLibrary(name: "CLibzmq", providers: [.apt(["libzmq3-dev"])]),
        .target(name: "CKernels"),
        .target(name: "CYardsticks"),

        // Floors: a target imports only those listed with it.
        .target(name: "Files", dependencies: ["CLibcrypto"], swiftSettings: strict),
        .target(name: "CommandLanguage", dependencies: ["Files"], swiftSettings: strict),
        .target(name: "Tensors", dependencies: ["CKernels", "Files"], swiftSettings: common),
        .target(name: "Raster", dependencies: ["CLibpng", "CLibjpeg", "Files"], swiftSettings: strict),
        .target(name: "LineEditing", dependencies: ["CLibedit", "Files"], swiftSettings: strict),
        .target(name: "CLIPEngine", dependencies: ["Tensors", "Raster", "Files"], swiftSettings: common),
        .target(name: "ZerothOrder", dependencies: ["Tensors"], swiftSettings: strict),
        .target(name: "Datasets", dependencies: ["Raster", "Tensors", "Files"], swiftSettings: strict),
        .target(
            name: "BlackBox", dependencies: ["CLIPEngine", "Datasets", "Raster", "Tensors", "Files"],
            swiftSettings: strict),
        .target(
            name: "PromptTuning", dependencies: ["BlackBox", "ZerothOrder", "Datasets", "Tensors", "Files"],
            swiftSettings: strict),
        .target(name: "Plotting", dependencies: ["Raster", "Tensors"], swiftSettings: strict),
        .target(name: "TerminalPictures", dependencies: ["Raster"], swiftSettings: strict),
        .target(
            name: "Notebook",
            dependencies: [
                "CommandLanguage", "PromptTuning", "BlackBox", "Datasets", "Plotting", "CLIPEngine",
                "Tensors", "Raster", "Files",
            ],
            swiftSettings: strict),
        .target(
            name: "JupyterKernel", dependencies: ["CLibzmq", "Notebook", "CommandLanguage", "Files"],
            swiftSettings: strict),
        .target(name: "Sweeps", dependencies: ["Files"], swiftSettings: strict),
        .executableTarget(
            name: "ziplab",
            dependencies: [
                "Notebook", "JupyterKernel", "Sweeps", "BlackBox", "TerminalPictures", "LineEditing",
                "CommandLanguage", "Raster", "Files",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // Speed beside yardsticks, for `make bench`.
        .executableTarget(
            name: "ziplab-bench",
            dependencies: [
                "CYardsticks", "PromptTuning", "BlackBox", "Datasets", "CLIPEngine", "Tensors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["pytorch.py"], swiftSettings: common),

        // Tests mirror Sources; those that read files share mutations and limits.
        .target(name: "Fuzzing", path: "Tests/Fuzzing", swiftSettings: common),
        .target(
            name: "TestData", dependencies: ["Raster", "Tensors"], path: "Tests/TestData",
            swiftSettings: common),
        .testTarget(
            name: "CommandLanguageTests", dependencies: ["CommandLanguage", "Files"], swiftSettings: common),
        .testTarget(
            name: "FilesTests", dependencies: ["Files", "TestData", "Fuzzing"], swiftSettings: common),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "Files", "CKernels", "Fuzzing"],
            exclude: ["Arm64"], resources: [.copy("Fixtures")], swiftSettings: common),
        .testTarget(
            name: "RasterTests", dependencies: ["Raster", "Files", "Fuzzing"],
            resources: [.copy("Fixtures")], swiftSettings: common),
        .testTarget(
            name: "LineEditingTests", dependencies: ["LineEditing"], swiftSettings: common),
        .testTarget(
            name: "CLIPEngineTests", dependencies: ["CLIPEngine", "Tensors", "Raster", "Files", "Fuzzing"],
            resources: [.copy("Fixtures")], swiftSettings: common),
        .testTarget(
            name: "ZerothOrderTests", dependencies: ["ZerothOrder", "Tensors"],
            resources: [.copy("Fixtures")], swiftSettings: common),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["Datasets", "Tensors", "Raster", "Files", "Fuzzing", "TestData"],
            swiftSettings: common),
        .testTarget(
            name: "PromptTuningTests",
            dependencies: [
                "PromptTuning", "BlackBox", "Datasets", "CLIPEngine", "ZerothOrder", "Tensors", "Raster",
                "Files", "TestData",
            ],
            exclude: ["Fixtures"], swiftSettings: common),
        .testTarget(
            name: "PlottingTests", dependencies: ["Plotting", "Raster"],
            exclude: ["Fixtures"], swiftSettings: common),
        .testTarget(
            name: "TerminalPicturesTests", dependencies: ["TerminalPictures", "Raster"],
            swiftSettings: common),
        .testTarget(
            name: "NotebookTests",
            dependencies: [
                "Notebook", "CommandLanguage", "PromptTuning", "BlackBox", "Datasets", "Raster", "Tensors",
                "Files", "Fuzzing", "TestData",
            ],
            swiftSettings: common),
        .testTarget(
            name: "JupyterKernelTests",
            dependencies: ["JupyterKernel", "Notebook", "Files", "TestData", "Fuzzing"],
            exclude: ["jupyter.sh", "jupyter.py"], swiftSettings: common),
        .testTarget(
            name: "SweepsTests", dependencies: ["Sweeps", "Files"], exclude: ["slurm.sh"],
            swiftSettings: common),
        .testTarget(
            name: "ziplabTests", dependencies: ["ziplab", "Raster"], exclude: ["resume.sh", "matrix.sh"],
            swiftSettings: common),
    ]
)
