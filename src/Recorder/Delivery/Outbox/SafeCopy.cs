using System.Globalization;
using System.Text;
using Recorder.Ledger;
using Recorder.Mail;

namespace Recorder.Delivery.Outbox;

/// <summary>
/// Writes a message that says what a held one says and can do nothing: its text, links that no client makes clickable,
/// attachments by name and size. The original's bytes are not in it.
/// </summary>
internal static class SafeCopy
{
    private const int MaxTextChars = 1_000_000;

    public static byte[] Build(string hostname, Dispatch dispatch, RecordedMail mail, MailFacts facts) => OwnMessage.Write(
        hostname, dispatch.Recipient, $"[Safe copy 純文字副本] {OwnMessage.OneLine(facts.Subject)}", dispatch.RequestedAt,
        $"safe.{dispatch.RecordId}.{dispatch.Round}@{hostname}", Body(dispatch, mail, facts));

    private static string Body(Dispatch dispatch, RecordedMail mail, MailFacts facts)
    {
        var text = new StringBuilder();
        text.AppendLine("This is a plain-text copy of a message that is held. Links are written so that they do not open.");
        text.AppendLine("這是被隔離郵件的純文字副本，連結已改寫為無法點選的形式。").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"From 寄件者: {DisarmedText.Of(OwnMessage.OneLine(string.Join(", ", facts.From.Select(party => $"{party.Name} <{party.Address}>".Trim()))))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Subject 主旨: {DisarmedText.Of(OwnMessage.OneLine(facts.Subject))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Received 收到時間: {mail.ReceivedAt:yyyy-MM-dd HH:mm:ss zzz}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Record 紀錄: {dispatch.RecordId}");
        foreach (var part in facts.Attachments)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Attachment 附件 (not sent 未附上): {DisarmedText.Of(OwnMessage.OneLine(part.FileName))}, {part.SizeBytes} bytes");
        }

        text.AppendLine().AppendLine("----------------------------------------").AppendLine();
        text.AppendLine(DisarmedText.Of(facts.Text.Length <= MaxTextChars ? facts.Text : facts.Text[..MaxTextChars] + "…"));
        return text.ToString().ReplaceLineEndings("\r\n");
    }
}
