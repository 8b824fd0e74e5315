using System.Net;
using Recorder.Accounts;
using Recorder.Digests;
using Recorder.Intake;
using Recorder.Screening;
using Recorder.Screening.Sources;
using Recorder.Transfer.Backup;

namespace Recorder.Settings;

/// <summary>What a range on one property cannot say.</summary>
internal static class CrossChecks
{
    public static void Run(RecorderSettings settings)
    {
        CheckMirror(settings.Data);
        CheckKeysCopy(settings.Data, settings.Encryption.KeysCopy);
        CheckRetention(settings);
        CheckNetworks("Smtp:TrustedNetworks", settings.Smtp.TrustedNetworks);
        CheckNetworks("Web:TrustedProxies", settings.Web.TrustedProxies);
        CheckNetworks("Web:RemoteImages:DeniedNetworks", settings.Web.RemoteImages.DeniedNetworks);
        CheckEndPoint("Smtp:Listen", settings.Smtp.Listen);
        CheckWeb(settings.Web.Listen);
        for (var i = 0; i < settings.Listeners.Count; i++)
        {
            CheckEndPoint($"Listeners:{i}:Listen", settings.Listeners[i].Listen);
        }

        CheckCertificate(settings.Smtp);
        CheckDomains("Smtp:Domains", settings.Smtp.Domains);
        CheckRoutes(settings);
        CheckDigests(settings.Digests);
        CheckScreening(settings.Screening);
        CheckHttp("Evidence:TimeStampUrl", settings.Evidence.TimeStampUrl, 318);
        SignInChecks.Run(settings.Accounts, settings.Smtp.Domains);
        SignInChecks.Run(settings.Mailboxes, settings.Smtp.Domains);
    }

    private static void CheckMirror(DataOptions data)
    {
        if (data.Mirror.Length > 0 && !DataPlace.AreApart(data.Path, data.Mirror))
        {
            throw Bad("Data:Mirror", $"'{data.Mirror}' lies in the data folder, or holds it; name a folder on another disk");
        }
    }

    private static void CheckKeysCopy(DataOptions data, string copy)
    {
        if (copy.Length > 0 && !(DataPlace.AreApart(data.Path, copy) && (data.Mirror.Length == 0 || DataPlace.AreApart(data.Mirror, copy))))
        {
            throw Bad("Encryption:KeysCopy", $"'{copy}' lies in the data folder or the mirror, or holds one of them; name a folder apart from both");
        }
    }

    private static void CheckScreening(ScreeningOptions screening)
    {
        CheckHttp("Screening:Rspamd:Url", screening.Rspamd.Url, 11333);
        CheckHttp("Screening:Rspamd:ControllerUrl", screening.Rspamd.ControllerUrl, 11334);

        if (screening.Spamd.Address is { Length: > 0 } address && SpamdAddress.Parse(address) is null)
        {
            throw Bad("Screening:Spamd:Address", $"'{address}' is neither host and port like 127.0.0.1:783 nor the path of a socket");
        }

        if (screening.AuthServId.Any(letter => letter <= ' ' || letter is ';' or '"' or '(' or ')'))
        {
            throw Bad("Screening:AuthServId", $"'{screening.AuthServId}' is not one word like mx.example.edu");
        }
    }

    private static void CheckHttp(string key, string url, int usualPort)
    {
        if (url.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw Bad(key, $"'{url}' is not an address like http://127.0.0.1:{usualPort}");
        }
    }

    private static void CheckRetention(RecorderSettings settings)
    {
        if (settings.Retention is { Days: < 365, AllowShorter: false })
        {
            throw Bad("Retention:Days", "fewer than 365 days need Retention:AllowShorter=true");
        }
    }

    private static void CheckNetworks(string key, IList<string> networks)
    {
        for (var i = 0; i < networks.Count; i++)
        {
            var text = networks[i];
            if (!IPNetwork.TryParse(text, out _) && !IPAddress.TryParse(text, out _))
            {
                throw Bad($"{key}:{i}", $"'{text}' is not a network like 10.0.0.0/8");
            }
        }
    }

    private static void CheckDomains(string key, IList<string> domains)
    {
        for (var i = 0; i < domains.Count; i++)
        {
            if (MailDomain.Normalise(domains[i]) is null)
            {
                throw Bad($"{key}:{i}", $"'{domains[i]}' is not a domain like example.edu");
            }
        }
    }

    private static void CheckEndPoint(string key, string text)
    {
        if (!IPEndPoint.TryParse(text, out _) || !text.Contains(':', StringComparison.Ordinal))
        {
            throw Bad(key, $"'{text}' is not an address and port like 127.0.0.1:2525 or [::1]:2525");
        }
    }

    private static void CheckWeb(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || !IPAddress.TryParse(uri.DnsSafeHost, out _))
        {
            throw Bad("Web:Listen", $"'{text}' is not an address like http://127.0.0.1:8080");
        }

        if (uri.Scheme == "https")
        {
            throw Bad("Web:Listen", "serves plain http behind a reverse proxy that ends TLS; write http://");
        }
    }

    private static void CheckCertificate(SmtpOptions smtp)
    {
        foreach (var (key, file) in new[] { ("Smtp:CertificateFile", smtp.CertificateFile), ("Smtp:CertificateKeyFile", smtp.CertificateKeyFile) })
        {
            if (file.Length > 0 && !File.Exists(file))
            {
                throw Bad(key, $"there is no file '{file}'");
            }
        }

        if (smtp.CertificateFile.Length == 0 != (smtp.CertificateKeyFile.Length == 0))
        {
            throw Bad("Smtp:CertificateKeyFile", "CertificateFile and CertificateKeyFile go together");
        }
    }

    private static void CheckRoutes(RecorderSettings settings)
    {
        for (var i = 0; i < settings.Routes.Count; i++)
        {
            if (settings.Routes[i].Host.Length == 0)
            {
                throw Bad($"Routes:{i}:Host", "a route needs the host it leads to");
            }

            CheckDomains($"Routes:{i}:Domains", settings.Routes[i].Domains);
        }
    }

    private static void CheckDigests(DigestOptions digests)
    {
        if (digests.PublicUrl.Length > 0
            && !(Uri.TryCreate(digests.PublicUrl, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url is { Query: "", Fragment: "" }))
        {
            throw Bad("Digests:PublicUrl", $"'{digests.PublicUrl}' is not an address like https://archive.example.edu");
        }

        if (DigestSchedule.ReadTimes(digests.Times) is null)
        {
            throw Bad("Digests:Times", $"'{digests.Times}' is not a list of times like 08:00,17:00");
        }

        if (DigestSchedule.ReadDays(digests.Days) is null)
        {
            throw Bad("Digests:Days", $"'{digests.Days}' is not a list of days like Monday,Thursday");
        }

        if (digests.TimeZone.Length > 0 && !TimeZoneInfo.TryFindSystemTimeZoneById(digests.TimeZone, out _))
        {
            throw Bad("Digests:TimeZone", $"'{digests.TimeZone}' is no time zone this machine knows; write one like Asia/Taipei");
        }

        if (digests.From.Length > 0 && !MimeKit.MailboxAddress.TryParse(digests.From, out _))
        {
            throw Bad("Digests:From", $"'{digests.From}' is not a mail address");
        }
    }

    private static SettingsException Bad(string key, string reason) => new($"{SettingsCatalog.Root}:{key}", reason);
}
