namespace Recorder.Transfer.Export;

/// <summary>Puts one ">" before each line that begins with "From " behind any number of ">". Works on pieces of any size.</summary>
internal sealed class MboxQuoting(MboxQuoting.Writing write)
{
    public delegate void Writing(ReadOnlySpan<byte> bytes);

    private static ReadOnlySpan<byte> Mark => "From "u8;

    // Of the line that is read: how many ">" and how much of "From " have come, while that is all that has.
    private int arrows, matched;
    private bool isOpen = true;
    private byte last;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty) last = bytes[^1];
        while (!bytes.IsEmpty)
        {
            bytes = isOpen ? Begin(bytes) : Rest(bytes);
        }
    }

    /// <returns>Whether the last line has an end.</returns>
    public bool End()
    {
        Release();
        return last is (byte)'\n';
    }

    private ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> bytes)
    {
        var next = bytes[0];
        if (next == '>' && matched == 0) arrows++;
        else if (next == Mark[matched]) matched++;
        else
        {
            Release();
            return bytes;
        }

        if (matched == Mark.Length)
        {
            write(">"u8);
            Release();
        }

        return bytes[1..];
    }

    private ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> bytes)
    {
        var feed = bytes.IndexOf((byte)'\n');
        if (feed < 0)
        {
            write(bytes);
            return [];
        }

        write(bytes[..(feed + 1)]);
        isOpen = true;
        return bytes[(feed + 1)..];
    }

    // What was held back is written, and the rest of the line follows as it is.
    private void Release()
    {
        for (; arrows > 0; arrows--) write(">"u8);
        write(Mark[..matched]);
        (matched, isOpen) = (0, false);
    }
}
