using System.Globalization;
using System.Text;

namespace Recorder.Digests;

/// <summary>A digest as plain text: complete in any mail program.</summary>
internal static class DigestPlain
{
    public static string Write(DigestContent content)
    {
        var text = new StringBuilder();
        Phrase(text, content);
        Paragraph(text, content.Words.Sentences("lead", content.Account));
        foreach (var (heading, rows) in content.Groups)
        {
            text.Append("== ").Append(heading).Append(" ==\n\n");
            for (var i = 0; i < rows.Count; i++) Row(text, content, rows[i], i + 1);
        }
        Closing(text, content);
        return text.ToString();
    }

    private static void Phrase(StringBuilder text, DigestContent content)
    {
        if (content.Phrase is { Length: > 0 } phrase)
        {
            Paragraph(text, content.Words.Sentences("phrase", Shown.Isolated(phrase)).Concat(content.Words.Sentences("phraseWhy")));
        }
        else
        {
            Paragraph(text, content.Words.Sentences("noPhrase", content.SettingsUrl));
        }
    }

    private static void Row(StringBuilder text, DigestContent content, DigestRow row, int number)
    {
        text.Append(CultureInfo.InvariantCulture, $"{number}. {Shown.Isolated(content.SubjectOf(row))}\n");
        text.Append(CultureInfo.InvariantCulture, $"   {content.Words.Label("from")}: {Shown.Isolated(content.SenderOf(row))}\n");
        if (row.Mailbox != content.Account) text.Append(CultureInfo.InvariantCulture, $"   {content.Words.Label("for")}: {row.Mailbox}\n");
        text.Append(CultureInfo.InvariantCulture, $"   {content.Moment(row.ReceivedAt)} · {content.Words.Reason(row.Disposition)}\n");
        text.Append("   ").Append(row.Link is null ? content.Words.Label("locked") : $"{content.Words.Label("release")}: {row.Link}").Append("\n\n");
    }

    private static void Closing(StringBuilder text, DigestContent content)
    {
        if (content.More > 0) Paragraph(text, content.Words.Sentences("more", content.More, content.HeldUrl));
        else Paragraph(text, content.Words.Sentences("all", content.HeldUrl));
        if (content.HasLinks) Paragraph(text, content.Words.Sentences("releaseHow", content.Moment(content.LinksUntil)));
        Paragraph(text, content.Words.Sentences("settings", content.SettingsUrl));
        Paragraph(text, content.Words.Sentences("times", content.Zone.Id).Concat(content.Words.Sentences("automatic", content.Host)));
    }

    private static void Paragraph(StringBuilder text, IEnumerable<string> lines) => text.Append(string.Join('\n', lines)).Append("\n\n");
}
