using System.Text.Json.Serialization;

namespace Recorder.Transfer.Export;

[JsonConverter(typeof(JsonStringEnumConverter<ExportFormat>))]
public enum ExportFormat
{
    /// <summary>Files of exact bytes in a zip, or in several.</summary>
    Zip,

    /// <summary>Files of exact bytes.</summary>
    Maildir,

    /// <summary>One file; lines that begin with "From " behind any number of ">" get one more (mboxrd).</summary>
    Mbox,
}

/// <param name="Target">A folder, as the process that holds the data folder sees it.</param>
/// <param name="Mailbox">Whose mail; null for all.</param>
/// <param name="Query">Of that, what this finds; empty for everything.</param>
/// <param name="Hold">Instead: everything that this hold in force keeps, beyond its term too.</param>
public sealed record ExportRequest(string Target, ExportFormat Format, string? Mailbox, string Query = "", string? Hold = null);

/// <summary>One line of an export's stream.</summary>
/// <param name="Kind">note, progress, skipped, summary or failed. A note's reason is what the query was not understood to mean.</param>
/// <param name="Done">Messages, of <paramref name="Total"/>, which is exact up to 10,000.</param>
/// <param name="Known">Written by an earlier run of the same export.</param>
/// <param name="Record">That was skipped.</param>
/// <param name="Reason">Why it was skipped, or why the export ended early.</param>
public sealed record ExportLine(
    string Kind, long Done = 0, long Total = 0, long Known = 0, long Bytes = 0, long Skipped = 0, string? Record = null, string? Reason = null);

/// <summary>A line of an export's manifest.</summary>
/// <param name="File">Where the message is; with <paramref name="Start"/> in an mbox.</param>
/// <param name="Bytes">Of the message as it was received, and so of its file; an mbox has more where it quotes.</param>
/// <param name="Sha256">Of those bytes, hex.</param>
/// <param name="End">In an mbox, behind the message's last byte.</param>
/// <param name="Skipped">Why there is no such message in the export; null usually.</param>
public sealed record ExportEntry(
    string Id, string Mailbox, DateTimeOffset ReceivedAt, string? File = null, long Bytes = 0, string? Sha256 = null, long? Start = null, long? End = null,
    string? Skipped = null);

/// <summary>The export cannot begin: a sentence that says why.</summary>
public sealed class ExportRefusedException(string message) : Exception(message);
