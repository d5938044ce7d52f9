/// The program's version, as `--version`, transcripts and traces state it.
public let ziplabVersion = "0.1.0"
