using System.Buffers.Binary;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

/// <summary>What a key file says.</summary>
/// <param name="MasterId">Of the master key that wraps the keys.</param>
/// <param name="Damaged">Places in it that cannot be read, byte for byte; they stay as they are.</param>
internal sealed record KeyFileContent(string MasterId, IReadOnlyList<KeySlot> Slots, IReadOnlyList<byte[]> Damaged);

/// <summary>
/// The bytes of the key file: a head of one slot's size, then slots. Added to at the end; written anew as a whole when
/// keys are destroyed or wrapped by another master key, after any failure, and by the first key after a start: what a process
/// that was killed left at its end may be readable from memory and not be on the disk.
/// </summary>
internal sealed class KeyFile(IDisk disk) : IDisposable
{
    private const ushort Version = 1;
    private IDiskFile? _end;
    private long _length;

    private static ReadOnlySpan<byte> Magic => "RECKEYS1"u8;

    /// <summary>How often it was written.</summary>
    public long Changes { get; private set; }

    public bool Exists => disk.Exists(FileKeys.FileName);

    /// <summary>Whether all of the file is known to be on the disk, so that it may be added to.</summary>
    public bool CanAppend => _end is not null;

    /// <exception cref="ArchiveException">Unavailable: it is no key file, or of a later version.</exception>
    public KeyFileContent Read()
    {
        var read = Bytes().AsSpan();
        var master = MasterOf(read);
        var (slots, damaged) = (new List<KeySlot>(), new List<byte[]>());
        for (var rest = read[KeySlot.SlotBytes..]; rest.Length >= KeySlot.SlotBytes; rest = rest[KeySlot.SlotBytes..])
        {
            if (KeySlot.Decode(rest) is { } slot) slots.Add(slot);
            // The last one was never complete when nobody was told that it is.
            else if (rest.Length >= 2 * KeySlot.SlotBytes) damaged.Add(rest[..KeySlot.SlotBytes].ToArray());
        }
        return new KeyFileContent(master, slots, damaged);
    }

    public byte[] Bytes()
    {
        using var file = disk.Open(FileKeys.FileName, DiskMode.Read);
        var bytes = new byte[file.Length];
        return bytes[..file.Read(0, bytes)];
    }

    /// <summary>Adds a slot; durable when it returns. After a failure the file must be written anew.</summary>
    public void Append(KeySlot slot)
    {
        try
        {
            _end!.Write(_length, slot.Encode());
            _end.Sync();
            _length += KeySlot.SlotBytes;
            Changes++;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Puts a file with exactly these in place of the one that is there; durable when it returns.</summary>
    public void Write(MasterKey master, IReadOnlyList<byte[]> damaged, IEnumerable<KeySlot> slots)
    {
        Dispose();
        DurableFile.Write(disk, FileKeys.FileName, stream =>
        {
            stream.Write(Head(master));
            foreach (var bytes in damaged) stream.Write(bytes);
            foreach (var slot in slots) stream.Write(slot.Encode());
        }, replace: true);
        Changes++;
        _end = disk.Open(FileKeys.FileName, DiskMode.Modify);
        _length = _end.Length;
    }

    public void Dispose()
    {
        _end?.Dispose();
        _end = null;
    }

    private static byte[] Head(MasterKey master)
    {
        var bytes = new byte[KeySlot.SlotBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), KeySlot.SlotBytes);
        master.IdOnDisk.CopyTo(bytes.AsSpan(16));
        HeadCheck.Write(bytes);
        return bytes;
    }

    private static string MasterOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < KeySlot.SlotBytes || !bytes.StartsWith(Magic) || !HeadCheck.Holds(bytes[..KeySlot.SlotBytes]))
            throw Refused("is damaged at its beginning, or no key file; put back a copy of it");
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) != Version) throw Refused("is of a newer version; use the newer program");
        return Convert.ToHexStringLower(bytes.Slice(16, MasterKey.IdBytes));
    }

    private static ArchiveException Refused(string why) => new(ArchiveFault.Unavailable, $"keys/{FileKeys.FileName} {why}");
}
