using System.Text;

namespace Recorder.Mail;

/// <summary>Gathers text up to a length; at it the reading ends.</summary>
internal sealed class FileTextSink(int maxChars)
{
    private readonly StringBuilder text = new();

    public bool IsFull { get; private set; }

    public int Room => maxChars - text.Length;

    /// <exception cref="EnoughText">It did not fit; as much as did is kept.</exception>
    public void Write(ReadOnlySpan<char> piece)
    {
        var fitting = Math.Min(piece.Length, Room);
        if (fitting < piece.Length && fitting > 0 && char.IsHighSurrogate(piece[fitting - 1]))
            fitting--;
        text.Append(piece[..fitting]);
        if (fitting == piece.Length)
            return;
        IsFull = true;
        throw new EnoughText();
    }

    /// <summary>One separator, where none stands yet.</summary>
    public void Break(char separator)
    {
        if (text.Length == 0 || text[^1] == '\n' || (separator == ' ' && text[^1] == ' '))
            return;
        if (Room > 0)
            text.Append(separator);
    }

    public override string ToString() => text.ToString();
}
