using Recorder.Health;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Smtp;

namespace Recorder.Web.Pages;

/// <summary>The lines of main.cf for one listener, as in samples/postfix with this installation's own values.</summary>
internal static class PostfixLines
{
    public static string Of(Hook hook, SmtpOptions smtp)
    {
        var protocol = hook.Protocol == SmtpProtocol.Lmtp ? "lmtp" : "smtp";
        var there = $"{protocol}:[{hook.EndPoint.Address}]:{hook.EndPoint.Port}";
        string[] way = (hook.Mode, hook.Protocol) switch
        {
            (IntakeMode.Journal, _) =>
                ["recipient_bcc_maps = regexp:/etc/postfix/recorder-journal.regexp", $"transport_maps = inline:{{ {{ {smtp.JournalDomain} = {there} }} }}"],
            (_, SmtpProtocol.Lmtp) => [$"virtual_mailbox_domains = {Domains(smtp)}", $"virtual_transport = {there}"],
            _ => [$"content_filter = {there}"],
        };
        return string.Join('\n', [
            .. way, $"message_size_limit = {smtp.MaxMessageBytes}", $"{protocol}_destination_recipient_limit = 50",
            $"{protocol}_data_done_timeout = 600s", $"{protocol}_send_xforward_command = yes"]);
    }

    private static string Domains(SmtpOptions smtp) => smtp.Domains.Count == 0 ? "example.edu" : string.Join(", ", smtp.Domains);
}
