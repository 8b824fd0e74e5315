using System.Xml;

namespace Recorder.Mail;

/// <summary>What an element means for the text around it.</summary>
internal enum XmlMeaning
{
    /// <summary>Look inside; its own character data is no text.</summary>
    None,

    /// <summary>Character data inside is text.</summary>
    Text,

    /// <summary>Ends a line.</summary>
    Line,

    /// <summary>A line whose character data is text.</summary>
    TextLine,

    /// <summary>Stands for white space.</summary>
    Space,

    /// <summary>Nothing inside is read.</summary>
    Skip,
}

/// <summary>Streams one XML member into text by a table of element names, without a tree.</summary>
internal static class XmlWords
{
    /// <param name="meaning">Of an element by its local name.</param>
    public static void Read(XmlReader reader, int maxDepth, Func<XmlReader, XmlMeaning> meaning, FileTextSink text)
    {
        var textDepth = int.MaxValue;
        var isRead = reader.Read();
        while (isRead)
        {
            if (reader.Depth > maxDepth)
                throw new EnoughText();
            if (reader.NodeType == XmlNodeType.Element && meaning(reader) is var element and not XmlMeaning.None)
            {
                if (element == XmlMeaning.Skip)
                {
                    Skip(reader, maxDepth);
                    continue;
                }
                Begin(reader, element, text, ref textDepth);
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                End(reader, meaning(reader), text, ref textDepth);
            }
            else if (reader.Depth > textDepth && IsText(reader.NodeType))
            {
                WriteValue(reader, text);
                continue;
            }
            isRead = reader.Read();
        }
    }

    private static void Begin(XmlReader reader, XmlMeaning element, FileTextSink text, ref int textDepth)
    {
        if (element == XmlMeaning.Space)
            text.Break(' ');
        else if (element != XmlMeaning.Text)
            text.Break('\n');
        if (!reader.IsEmptyElement && element is XmlMeaning.Text or XmlMeaning.TextLine)
            textDepth = Math.Min(textDepth, reader.Depth);
    }

    private static void End(XmlReader reader, XmlMeaning element, FileTextSink text, ref int textDepth)
    {
        if (element is XmlMeaning.Line or XmlMeaning.TextLine)
            text.Break('\n');
        if (reader.Depth == textDepth)
            textDepth = int.MaxValue;
    }

    private static bool IsText(XmlNodeType type) =>
        type is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace;

    /// <summary>In pieces: one text may be as long as the member. Leaves the reader on the next node.</summary>
    private static void WriteValue(XmlReader reader, FileTextSink text)
    {
        var piece = new char[4096];
        if (!reader.CanReadValueChunk)
        {
            text.Write(reader.Value);
            reader.Read();
            return;
        }
        for (int count; (count = reader.ReadValueChunk(piece, 0, piece.Length)) > 0;)
            text.Write(piece.AsSpan(0, count));
        reader.Read();
    }

    // Not XmlReader.Skip, which has no bound on depth.
    private static void Skip(XmlReader reader, int maxDepth)
    {
        var (depth, isEmpty) = (reader.Depth, reader.IsEmptyElement);
        reader.Read();
        if (isEmpty)
            return;
        while (reader.Depth > depth)
        {
            if (reader.Depth > maxDepth)
                throw new EnoughText();
            if (!reader.Read())
                return;
        }
        reader.Read();
    }
}
