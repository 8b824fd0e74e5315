using System.Text.Json.Serialization;

namespace Recorder.Transfer;

[JsonConverter(typeof(JsonStringEnumConverter<ImportFormat>))]
public enum ImportFormat
{
    /// <summary>A folder with cur and new is a Maildir, any other folder is one of .eml files, a file that begins with "From " is an mbox.</summary>
    Auto,
    Maildir,

    /// <summary>Lines that begin with ">From " behind any number of ">" lose one of them.</summary>
    Mbox,
    Eml,

    /// <summary>A zip with .eml files or Maildirs in it, or a folder of such zips.</summary>
    Zip,
}

/// <param name="Path">imap://USER@HOST or imaps://…, or a path as the process that holds the data folder sees it.</param>
/// <param name="Owner">The local address whose mail it is.</param>
/// <param name="Password">Of an IMAP account; kept nowhere.</param>
/// <param name="KeepFromReceived">Retention counts from the received time, which the source's evidence gives, not from the import.</param>
public sealed record ImportRequest(string Path, string Owner, ImportFormat Format = ImportFormat.Auto, string? Password = null, bool KeepFromReceived = false);

/// <summary>One line of an import's stream.</summary>
/// <param name="Kind">progress, indexing, skipped, failed or summary.</param>
/// <param name="Done">Of <paramref name="Total"/>: messages of a folder, bytes of an mbox; entries while indexing.</param>
/// <param name="Added">Messages recorded by this run.</param>
/// <param name="Known">Messages that an earlier import, or this one, recorded already with the same bytes.</param>
/// <param name="Skipped">Messages that could not be taken; each has a line of its own.</param>
/// <param name="Source">The message that was skipped.</param>
/// <param name="Reason">Why it was skipped, or why the import ended early.</param>
public sealed record ImportLine(
    string Kind, long Done = 0, long Total = 0, long Added = 0, long Known = 0, long Skipped = 0, string? Source = null, string? Reason = null);

/// <summary>The import cannot begin: a sentence that says why.</summary>
public sealed class ImportRefusedException(string message) : Exception(message);
