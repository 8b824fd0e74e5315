using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Digests;

/// <summary>The key behind the links of digests: made once, kept in <c>keys/</c>, part of every backup.</summary>
public static class LinkKey
{
    public const string FileName = "digest-links.key";

    /// <param name="keys">The folder <c>keys/</c>; must exist.</param>
    /// <exception cref="InvalidDataException">The file is not a key: restore it, or remove it to have a new one made, which ends all open links.</exception>
    public static byte[] LoadOrCreate(IDisk keys)
    {
        if (keys.Exists(FileName)) return Load(keys);
        var key = RandomNumberGenerator.GetBytes(DigestLinks.KeyLengthBytes);
        DurableFile.Write(keys, FileName, stream => stream.Write(key));
        return key;
    }

    private static byte[] Load(IDisk keys)
    {
        using var file = keys.Open(FileName, DiskMode.Read);
        var key = new byte[DigestLinks.KeyLengthBytes];
        return file.Length == key.Length && file.Read(0, key) == key.Length ? key
            : throw new InvalidDataException($"keys/{FileName} does not hold {key.Length} bytes; restore it from a backup, or remove it to have a new one made");
    }
}
