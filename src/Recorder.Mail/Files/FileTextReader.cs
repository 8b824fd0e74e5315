using System.Xml;

namespace Recorder.Mail;

/// <summary>
/// The text of a file that people attach, from its bytes. Meant for a process that may die of it: what a hostile file
/// does to a library under it (endless loops, memory) is bounded from outside.
/// </summary>
public static class FileTextReader
{
    /// <summary>Never throws for what the file holds.</summary>
    /// <param name="name">With its extension, which decides only where the bytes do not.</param>
    /// <param name="spent">The processor time that this process has used; null where nothing is to end by time.</param>
    public static FileText Read(ReadOnlyMemory<byte> content, string name, string contentType, FileLimits limits, Func<TimeSpan>? spent = null)
    {
        var text = new FileTextSink(limits.MaxChars);
        var kind = FileKinds.Of(content.Span, name, contentType);
        if (kind == FileKind.Other)
            return FileText.Nothing;
        var flaws = Flaws(() => Read(kind, content, text, limits, new Stint(limits.MaxTime, spent ?? (static () => TimeSpan.Zero))));
        return new FileText(text.ToString(), flaws | (text.IsFull ? FileFlaws.Cut : 0));
    }

    private static FileFlaws Read(FileKind kind, ReadOnlyMemory<byte> content, FileTextSink text, FileLimits limits, Stint stint) => kind switch
    {
        FileKind.Pdf => PdfText.Read(content, text, stint),
        FileKind.Zip => PackageText.Read(content, text, limits),
        FileKind.Encrypted => FileFlaws.Encrypted,
        _ => WrittenText.Read(kind, content.Span, text),
    };

    private static FileFlaws Flaws(Func<FileFlaws> read)
    {
        try
        {
            return read();
        }
        catch (EnoughText)
        {
            return FileFlaws.Cut;
        }
        catch (Exception e) when (e is OutOfMemoryException or InsufficientExecutionStackException)
        {
            return FileFlaws.TooCostly;
        }
        catch (XmlException e) when (e.Message.Contains("MaxCharactersInDocument", StringComparison.Ordinal))
        {
            return FileFlaws.Cut;
        }
        catch (Exception)
        {
            // Whatever a library makes of hostile bytes.
            return FileFlaws.Unreadable;
        }
    }
}

/// <summary>Thrown to end the reading of a file at a limit; what was read stands.</summary>
internal sealed class EnoughText : Exception;

/// <summary>How long a file may be read, in processor time: a busy machine is not the file's fault.</summary>
internal sealed class Stint(TimeSpan limit, Func<TimeSpan> spent)
{
    private readonly TimeSpan began = spent();

    public bool IsOver => spent() - began >= limit;
}
