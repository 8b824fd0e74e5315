using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Recorder.Archive.Segments;

/// <summary>Appends little-endian fields; ids are the 16 big-endian bytes of their text form.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;
    public int Length => _buffer.WrittenCount;

    public void Clear() => _buffer.ResetWrittenCount();
    public void Byte(byte value) => Bytes([value]);
    public void Bytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);
    public void Int16(short value) { BinaryPrimitives.WriteInt16LittleEndian(_buffer.GetSpan(2), value); _buffer.Advance(2); }
    public void Int32(int value) { BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value); _buffer.Advance(4); }
    public void Int64(long value) { BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value); _buffer.Advance(8); }
    public void UInt64(ulong value) => Int64(unchecked((long)value));
    public void Day(DateOnly day) => Int32(day.Year * 10000 + day.Month * 100 + day.Day);

    public void Id(RecordId id)
    {
        id.Value.TryWriteBytes(_buffer.GetSpan(16), bigEndian: true, out _);
        _buffer.Advance(16);
    }

    /// <summary>A length byte and at most 255 bytes of UTF-8.</summary>
    public void ShortText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Byte(checked((byte)bytes.Length));
        Bytes(bytes);
    }
}

/// <summary>Reads what <see cref="ByteWriter"/> wrote; anything out of bounds is <see cref="InvalidDataException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Remaining => _rest.Length;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > _rest.Length) throw new InvalidDataException($"{count} bytes asked, {_rest.Length} there");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public byte Byte() => Bytes(1)[0];
    public short Int16() => BinaryPrimitives.ReadInt16LittleEndian(Bytes(2));
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));
    public RecordId Id() => new(new Guid(Bytes(16), bigEndian: true));
    public string ShortText() => Encoding.UTF8.GetString(Bytes(Byte()));

    /// <summary>A count of items of a known least size, so that no allocation outgrows the bytes at hand.</summary>
    public int Count(int itemBytes)
    {
        var count = Int32();
        if (count < 0 || count > _rest.Length / itemBytes) throw new InvalidDataException($"a count of {count} does not fit");
        return count;
    }

    public DateOnly Day()
    {
        var number = Int32();
        try { return new DateOnly(number / 10000, number / 100 % 100, number % 100); }
        catch (ArgumentOutOfRangeException) { throw new InvalidDataException($"{number} is no day"); }
    }

    public readonly void End()
    {
        if (_rest.Length > 0) throw new InvalidDataException($"{_rest.Length} bytes too many");
    }
}
