using System.Globalization;
using System.Xml;

namespace Recorder.Mail;

/// <summary>Word, Excel and PowerPoint documents (ECMA-376).</summary>
internal static class OfficeText
{
    // Numbers people look for are short; the rest are measurements that would fill the index.
    private const int MaxFraction = 4, MaxNumberChars = 24;

    public static FileFlaws ReadWords(PackageMembers package, FileTextSink text)
    {
        var parts = (IEnumerable<string>)["word/document.xml", .. package.Numbered("word/header"), .. package.Numbered("word/footer"),
            "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"];
        return ReadAll(package, parts, WordMeaning, text);
    }

    public static FileFlaws ReadSlides(PackageMembers package, FileTextSink text)
    {
        var parts = (IEnumerable<string>)[.. package.Numbered("ppt/slides/slide"), .. package.Numbered("ppt/notesSlides/notesSlide"), .. package.Numbered("ppt/comments/comment")];
        return ReadAll(package, parts, SlideMeaning, text);
    }

    public static FileFlaws ReadSheets(PackageMembers package, FileTextSink text)
    {
        ReadSheetNames(package, text);
        var flaws = ReadAll(package, ["xl/sharedStrings.xml"], StringMeaning, text);
        foreach (var sheet in package.Numbered("xl/worksheets/sheet"))
        {
            using var reader = package.Open(sheet)!;
            ReadCells(reader, package.MaxDepth, text);
        }
        return flaws | ReadAll(package, package.Numbered("xl/comments"), StringMeaning, text);
    }

    private static FileFlaws ReadAll(PackageMembers package, IEnumerable<string> names, Func<XmlReader, XmlMeaning> meaning, FileTextSink text)
    {
        foreach (var name in names)
        {
            using var reader = package.Open(name);
            if (reader is null)
                continue;
            XmlWords.Read(reader, package.MaxDepth, meaning, text);
            text.Break('\n');
        }
        return FileFlaws.None;
    }

    private static XmlMeaning WordMeaning(XmlReader reader) => reader.LocalName switch
    {
        "t" => XmlMeaning.Text,
        "p" or "br" or "cr" => XmlMeaning.Line,
        "tab" => XmlMeaning.Space,
        "Fallback" or "tabs" => XmlMeaning.Skip, // the same again for older programs; tab stops
        _ => XmlMeaning.None,
    };

    private static XmlMeaning SlideMeaning(XmlReader reader) => reader.LocalName switch
    {
        "t" or "text" => XmlMeaning.Text,
        "p" or "br" or "cm" => XmlMeaning.Line,
        "tab" => XmlMeaning.Space,
        "Fallback" => XmlMeaning.Skip,
        _ => XmlMeaning.None,
    };

    private static XmlMeaning StringMeaning(XmlReader reader) => reader.LocalName switch
    {
        "t" => XmlMeaning.Text,
        "si" or "comment" => XmlMeaning.Line,
        "rPh" => XmlMeaning.Skip, // how the characters are read aloud
        _ => XmlMeaning.None,
    };

    private static void ReadSheetNames(PackageMembers package, FileTextSink text)
    {
        using var reader = package.Open("xl/workbook.xml")!;
        while (reader.Read() && reader.Depth <= package.MaxDepth)
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "sheet" } || reader.GetAttribute("name") is not { } name)
                continue;
            text.Write(name);
            text.Break('\n');
        }
    }

    /// <summary>Texts that stand in their cells, results of formulas and short numbers; the other texts are shared strings.</summary>
    private static void ReadCells(XmlReader reader, int maxDepth, FileTextSink text)
    {
        var cell = "";
        while (reader.Read())
        {
            if (reader.Depth > maxDepth)
                throw new EnoughText();
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "c")
                cell = reader.GetAttribute("t") ?? "n";
            else if (reader.LocalName is "v" or "t" && cell != "s")
                WriteCell(reader, cell, text);
        }
    }

    private static void WriteCell(XmlReader reader, string cell, FileTextSink text)
    {
        if (reader.IsEmptyElement || !reader.Read() || reader.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA) || cell is "b" or "e")
            return;
        if (cell == "n" && !IsNumberToFind(reader.Value))
            return;
        text.Write(reader.Value);
        text.Break('\n');
    }

    private static bool IsNumberToFind(string value) => value.Length <= MaxNumberChars
        && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number.Scale <= MaxFraction;
}
