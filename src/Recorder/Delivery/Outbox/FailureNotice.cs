using System.Globalization;
using System.Text;
using MimeKit;
using Recorder.Ledger;
using Recorder.Mail;

namespace Recorder.Delivery.Outbox;

/// <summary>Writes the message that tells a person that what they asked for did not arrive. Nothing of the message's body is in it.</summary>
internal static class FailureNotice
{
    /// <param name="failed">As it ended.</param>
    public static byte[] Build(string hostname, Dispatch notice, Dispatch failed, RecordedMail mail, MailFacts facts) => OwnMessage.Write(
        hostname, notice.Recipient, "Not delivered / 郵件未能送達", notice.RequestedAt,
        $"notice.{notice.RecordId}.{notice.Round}@{hostname}", Body(failed, mail, facts));

    private static string Body(Dispatch failed, RecordedMail mail, MailFacts facts)
    {
        var words = OwnMessage.OneLine(failed.GivenUp ?? failed.LastReply ?? "no answer from the next mail server");
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"You asked for this message. It could not be delivered to {failed.Recipient}, and nothing more is tried.");
        text.AppendLine(failed.GivenUp is null ? "The next mail server said:" : "An administrator ended it, with this reason:");
        text.AppendLine(CultureInfo.InvariantCulture, $"    {words}");
        text.AppendLine("The message is still kept. Open it in Recorder to ask again.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"您要求的這封郵件無法送達 {failed.Recipient}，系統不會再嘗試。");
        text.AppendLine(failed.GivenUp is null ? "對方伺服器的回應如上。" : "管理員已終止寄送，原因如上。");
        text.AppendLine("郵件仍保存著，您可以在 Recorder 中開啟並再次要求。").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"From 寄件者: {OwnMessage.OneLine(string.Join(", ", facts.From.Select(party => $"{party.Name} <{party.Address}>".Trim())))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Subject 主旨: {OwnMessage.OneLine(facts.Subject)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Received 收到時間: {mail.ReceivedAt:yyyy-MM-dd HH:mm:ss zzz}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Record 紀錄: {failed.RecordId}");
        return DisarmedText.Of(text.ToString()).ReplaceLineEndings("\r\n");
    }
}
