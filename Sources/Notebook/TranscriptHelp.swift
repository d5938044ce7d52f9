/// The format of transcripts, for `help transcript`.
let transcriptHelp = """
    A session is recorded by --record FILE, 'save FILE', or because it was typed ('help sessions'). The file is
    UTF-8 text; each line ends with LF, and its first character says what it is. Any prefix of a file reads;
    a last line without its LF was cut off and is left out.

    #!ziplab-transcript 1      the first line: the format's version
    @prov ziplab=V rng=R       the program's version and the generator of its random numbers
    @set NAME=VALUE            a variable from --set, written as in the language; sorted by name
    # TEXT                     a comment that stood before the next statement
    > TEXT                     the first line of a statement; it is on disk before the statement runs
    . TEXT                     a further line of it
    | TEXT                     a line that a person saw
    @plot PATH WxH pixels-sha256:DIGEST    a plot that was written
    = KEY VALUE                a result; behind a statement of a block or a sourced file KEY is N.KEY, N from 1
    ! TEXT                     a line of the message of a statement that failed or was interrupted
    @did statement=N step=N pause=N        where an interrupt took effect, and a replay stops
    @end N STATUS SECONDSs     the statement's number and its end: ok, failed or interrupted; on disk before the next

    DIGEST is the SHA-256 of width and height, 4 bytes each, high byte first, then red, green and blue of each pixel,
    rows from the top. In @did are the statements of a block that had begun, the steps that the last of them had
    taken, and the chances to stop since: one is before a statement, one behind each step, more inside long ones.

    A statement without @end was cut off: 'ziplab resume' runs it to its end, a replay leaves it out. Empty lines,
    and @ lines with other words, mean nothing and stay. Where a line of input has control characters, it is
    '>\\ TEXT' or '.\\ TEXT', with a backslash doubled and a character as \\u{HEX}; elsewhere such characters are
    shown so and not read back.

    VALUE is true, false, a whole number, a number with a fraction (the shortest decimal that reads back to the same
    bits; nan, inf, -inf), text (bare where it is visible ASCII without blanks and quotes, else a JSON string), or a
    list [VALUE, VALUE] in which text is always a JSON string.

    Recorded is what decides a result: digests of the model's files, of each split's images and of the class names,
    and every setting of a prompt. Not recorded are time of day, host, user and folders, and paths as they were
    given are relative to the folder of the session or of the person. Durations are never compared.

    Beside FILE stands FILE.run, if it was recorded as it happened: what the method read of each round and each
    score, with checksums, from which 'ziplab resume' goes on and a replay tells the first step that differs; and
    FILE.pictures, the plots by their digests.

      save session.zlt
    """
