namespace Recorder.Mail;

/// <summary>Why less was read out of a file than stands in it.</summary>
[Flags]
public enum FileFlaws
{
    None = 0,

    /// <summary>It needs a password.</summary>
    Encrypted = 1,

    /// <summary>Broken, or not what it says it is.</summary>
    Unreadable = 2,

    /// <summary>A limit was reached: what stands before it was read.</summary>
    Cut = 4,

    /// <summary>It took more memory or time than it may.</summary>
    TooCostly = 8,
}

/// <param name="Text">Empty for a file without text.</param>
public sealed record FileText(string Text, FileFlaws Flaws)
{
    public static FileText Nothing { get; } = new("", FileFlaws.None);

    public static FileText Of(FileFlaws flaws) => new("", flaws);
}

/// <summary>The limits of reading one file: a hostile one costs no more than this.</summary>
public sealed record FileLimits
{
    public static FileLimits Default { get; } = new();

    /// <summary>Characters of text.</summary>
    public int MaxChars { get; init; } = 1 << 20;

    /// <summary>Bytes that all members of a package unpack to.</summary>
    public long MaxUnpackedBytes { get; init; } = 64L << 20;

    /// <summary>Members of a package.</summary>
    public int MaxMembers { get; init; } = 10_000;

    public int MaxXmlDepth { get; init; } = 256;

    /// <summary>Pages are begun so long, in processor time; one page may take longer.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);
}
