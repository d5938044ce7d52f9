import Testing

/// All tests of the floor, one after the other: signals and their flags belong to the whole process.
@Suite(.serialized) struct LineEditingTests {}
