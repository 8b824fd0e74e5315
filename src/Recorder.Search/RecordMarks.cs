namespace Recorder.Search;

/// <summary>What can happen to a record after it was indexed.</summary>
public static class RecordMarkNames
{
    public const string Released = "released";
    public const string Resent = "resent";
    public const string Requested = "requested";
    public const string Reported = "reported";

    /// <summary>By the mailbox, out of its lists; not found unless asked for.</summary>
    public const string Hidden = "hidden";

    /// <summary>By an administrator, out of everybody's lists; never found.</summary>
    public const string Unlisted = "unlisted";
}

/// <summary>
/// Later states of records, which the index does not have: they are asked while a search runs. For one search and one
/// reader, and always of the same moment.
/// </summary>
public interface IRecordMarks
{
    /// <param name="mark">One of <see cref="RecordMarkNames"/>.</param>
    /// <param name="address">One of the reader's addresses: marks of its copies. Null: marks that hold whatever the address.</param>
    /// <returns>Record ids in ascending ordinal order, each once.</returns>
    IReadOnlyList<string> Of(string mark, string? address);
}
