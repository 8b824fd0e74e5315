using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Recorder.Archive.Log;

/// <summary>The 64 bytes before a batch's entries. <see cref="LengthBytes"/> counts them too.</summary>
internal readonly record struct BatchHeader(int LengthBytes, int Count, long FirstSequence)
{
    /// <summary>What stands before it says what the batch is; in an encrypted one its entries are bound to it.</summary>
    public const int CheckAt = 48;
    private const int NonceAt = 24, SaltAt = 40, CheckBytes = 16;

    public long LastSequence => FirstSequence + Count - 1;

    /// <summary>Fills the header of a batch whose entries are in place behind it.</summary>
    public static void Seal(Span<byte> batch, int count, long firstSequence, ReadOnlySpan<byte> fileNonce)
    {
        batch[..ActiveFormat.BatchHeaderBytes].Clear();
        ActiveFormat.BatchMagic.CopyTo(batch);
        BinaryPrimitives.WriteUInt16LittleEndian(batch[4..], ActiveFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(batch[6..], ActiveFormat.BatchHeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(batch[8..], batch.Length - ActiveFormat.BatchHeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(batch[12..], count);
        BinaryPrimitives.WriteInt64LittleEndian(batch[16..], firstSequence);
        fileNonce.CopyTo(batch[NonceAt..]);
        Check(batch, batch.Slice(CheckAt, CheckBytes));
    }

    /// <summary>Gives a batch that is to be encrypted its header, but for the check.</summary>
    /// <param name="plain">The batch as it is.</param>
    /// <param name="stored">Of the length that it will have.</param>
    public static void BeginEncrypted(ReadOnlySpan<byte> plain, Span<byte> stored)
    {
        plain[..ActiveFormat.BatchHeaderBytes].CopyTo(stored);
        BinaryPrimitives.WriteUInt16LittleEndian(stored[4..], ActiveFormat.EncryptedVersion);
        BinaryPrimitives.WriteInt32LittleEndian(stored[8..], stored.Length - ActiveFormat.BatchHeaderBytes);
        RandomNumberGenerator.Fill(stored[SaltAt..CheckAt]);
    }

    /// <summary>Adds the check of what is stored now.</summary>
    public static void EndEncrypted(Span<byte> stored) => Check(stored, stored.Slice(CheckAt, CheckBytes));

    /// <summary>Whether a header of this file's batches could start here; says nothing of the rest.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> fileNonce, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < ActiveFormat.BatchHeaderBytes || !bytes.StartsWith(ActiveFormat.BatchMagic)) return false;
        if (!bytes.Slice(NonceAt, ActiveFormat.NonceBytes).SequenceEqual(fileNonce)) return false;
        var body = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var first = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        if (body is <= 0 or > ActiveFormat.MaxBatchBytes - ActiveFormat.BatchHeaderBytes || count <= 0 || first <= 0) return false;
        header = new BatchHeader(body + ActiveFormat.BatchHeaderBytes, count, first);
        return true;
    }

    /// <summary>Whether the whole batch is as it was written.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> batch)
    {
        Span<byte> check = stackalloc byte[CheckBytes];
        Check(batch, check);
        return check.SequenceEqual(batch.Slice(CheckAt, CheckBytes));
    }

    // All but the check itself: the header before it, then the entries.
    private static void Check(ReadOnlySpan<byte> batch, Span<byte> target)
    {
        var hash = new XxHash128();
        hash.Append(batch[..CheckAt]);
        hash.Append(batch[ActiveFormat.BatchHeaderBytes..]);
        hash.GetHashAndReset(target);
    }
}
