namespace Recorder.Archive.Log;

/// <summary>Fixed lengths and limits of active files, batches and entries; docs/archive-format.md says what each byte is.</summary>
internal static class ActiveFormat
{
    public const ushort Version = 1;

    /// <summary>Of a file, and of its batches, whose entries are encrypted.</summary>
    public const ushort EncryptedVersion = 2;
    public const int FileHeaderBytes = 256;
    public const int BatchHeaderBytes = 64;
    public const int EntryFixedBytes = 112;
    public const int EntryCheckBytes = 8;
    public const int NonceBytes = 16;
    public const int Sha256Bytes = 32;

    /// <summary>A batch with its header stays under it, so that it can be one object in a store.</summary>
    public const int MaxBatchBytes = 4 * 1024 * 1024 - 1;

    public const int MaxInlineContentBytes = 1024 * 1024;
    public const int MaxPayloadBytes = 1024 * 1024;
    public const int MaxClusterKeyBytes = 256;
    public const int MaxReferenceBytes = 128;
    public const int MaxLaneBytes = 63;

    public static ReadOnlySpan<byte> FileMagic => "RECACTV1"u8;
    public static ReadOnlySpan<byte> BatchMagic => "RBAT"u8;

    /// <summary>Times on disk count 100 ns from 1970-01-01 UTC.</summary>
    public static long Stamp(DateTimeOffset time) => time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    public static DateTimeOffset Time(long stamp) => DateTimeOffset.UnixEpoch.AddTicks(stamp);

    public static bool IsTime(long stamp) => stamp >= -DateTimeOffset.UnixEpoch.Ticks && stamp <= DateTimeOffset.MaxValue.Ticks - DateTimeOffset.UnixEpoch.Ticks;

    public static DateOnly Day(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);
}

/// <summary>Where the bytes of a mail entry are.</summary>
internal enum ContentForm : byte
{
    None = 0,

    /// <summary>Right behind the entry's head.</summary>
    Inline = 1,

    /// <summary>With an earlier entry of the same file and received day; the reference is its sequence.</summary>
    SameAs = 2,

    /// <summary>In a spool file; the reference is its name.</summary>
    Spooled = 3,
}
