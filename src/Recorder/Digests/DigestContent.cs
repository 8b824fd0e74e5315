using System.Globalization;

namespace Recorder.Digests;

/// <summary>One message in a digest.</summary>
/// <param name="Link">Where it can be released; null where that needs a sign-in.</param>
internal sealed record DigestRow(string Subject, string Sender, DateTimeOffset ReceivedAt, string Mailbox, string Disposition, string? Link);

/// <summary>Everything a digest says, before it is written as text and as HTML.</summary>
internal sealed record DigestContent(
    string Account, string? Phrase, IReadOnlyList<DigestRow> New, IReadOnlyList<DigestRow> Expiring, int More,
    TimeZoneInfo Zone, DateTimeOffset LinksUntil, string Host, string PublicUrl, DigestWords Words)
{
    public const int MaxSubject = 150, MaxSender = 120;

    public string HeldUrl => $"{PublicUrl}/mail?q=is%3Aheld";

    public string SettingsUrl => $"{PublicUrl}/settings";

    public bool HasLinks => New.Concat(Expiring).Any(row => row.Link is not null);

    public string Subject => New.Count > 0 ? Words.Label("subjectNew", Count(New)) : Words.Label("subjectExpiring", Count(Expiring));

    public IEnumerable<(string Heading, IReadOnlyList<DigestRow> Rows)> Groups =>
        new[] { (Words.Label("new"), New), (Words.Label("expiring"), Expiring) }.Where(group => group.Item2.Count > 0);

    public string SubjectOf(DigestRow row) => Shown.Line(row.Subject, MaxSubject) is { Length: > 0 } line ? line : Words.Label("noSubject");

    public string SenderOf(DigestRow row) => Shown.Line(row.Sender, MaxSender) is { Length: > 0 } line ? line : Words.Label("noSender");

    /// <summary>The same in every language.</summary>
    public string Moment(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    // The count in the subject is of everything new, shown or not.
    private string Count(IReadOnlyList<DigestRow> rows) => (rows.Count + (rows == New || New.Count == 0 ? More : 0)).ToString(CultureInfo.InvariantCulture);
}
