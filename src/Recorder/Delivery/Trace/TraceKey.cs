using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Delivery.Trace;

/// <summary>The key behind our trace fields: made once, kept in <c>keys/</c>, part of every backup.</summary>
public static class TraceKey
{
    public const string FileName = "trace.key";

    /// <param name="keys">The folder <c>keys/</c>; must exist.</param>
    /// <exception cref="InvalidDataException">The file is not a key: restore it, or remove it to have a new one made.</exception>
    public static byte[] LoadOrCreate(IDisk keys)
    {
        if (keys.Exists(FileName)) return Load(keys);
        var key = RandomNumberGenerator.GetBytes(TraceSigner.KeyLengthBytes);
        DurableFile.Write(keys, FileName, stream => stream.Write(key));
        return key;
    }

    private static byte[] Load(IDisk keys)
    {
        using var file = keys.Open(FileName, DiskMode.Read);
        var key = new byte[TraceSigner.KeyLengthBytes];
        return file.Length == key.Length && file.Read(0, key) == key.Length ? key
            : throw new InvalidDataException($"keys/{FileName} does not hold {key.Length} bytes; restore it from a backup, or remove it to have a new one made");
    }
}
