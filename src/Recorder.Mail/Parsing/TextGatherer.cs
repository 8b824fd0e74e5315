using System.Text;

namespace Recorder.Mail;

/// <summary>The readable text of all parts, one below the other, up to a length.</summary>
internal sealed class TextGatherer(int maxLength)
{
    private readonly StringBuilder text = new();
    // Most messages are one text; a long one is not copied for a second that never comes.
    private string only = "";
    private (int AlternativeId, ulong Digest) previous;

    public bool IsCut { get; private set; }

    /// <summary>Characters that still fit.</summary>
    public int Room => maxLength - Length;

    private int Length => only.Length + text.Length;

    public void Add(ReadPart part, string content)
    {
        var plain = part.IsHtml ? HtmlText.Of(content, Room + 1) : content;
        if (part.AlternativeId == 0 || IsNew(part.AlternativeId, Digest(plain)))
            AddLine(plain);
    }

    // Two forms of one body that differ only in white space need to be found once.
    private bool IsNew(int alternativeId, ulong digest)
    {
        var before = previous;
        previous = (alternativeId, digest);
        return previous != before;
    }

    public void AddLine(string line)
    {
        if (line.Length == 0)
            return;
        if (Length == 0 && line.Length <= maxLength)
        {
            only = line;
            return;
        }
        text.Append(only);
        only = "";
        if (text.Length > 0 && text.Length < maxLength && text[^1] != '\n')
            text.Append('\n');
        var room = maxLength - text.Length;
        IsCut |= line.Length > room;
        text.Append(line, 0, Math.Min(room, line.Length));
    }

    public override string ToString() => only.Length > 0 ? only : text.ToString();

    private static ulong Digest(string plain)
    {
        var hash = 14695981039346656037UL; // FNV-1a
        foreach (var c in plain)
        {
            if (!char.IsWhiteSpace(c))
                hash = (hash ^ c) * 1099511628211UL;
        }
        return hash;
    }
}
