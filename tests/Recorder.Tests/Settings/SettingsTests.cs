using Microsoft.Extensions.Configuration;
using Recorder.Screening;
using Recorder.Settings;
using Recorder.Smtp;

namespace Recorder.Tests.Settings;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Smtp:Lisen", "127.0.0.1:1", "did you mean Listen?")]
    [InlineData("Smpt:Listen", "127.0.0.1:1", "did you mean Smtp?")]
    [InlineData("Smtp:Colour", "blue", "known here:")]
    [InlineData("Smtp", "127.0.0.1:1", "is a section with settings in it")]
    [InlineData("Smtp:Listen", "2525", "is not an address and port")]
    [InlineData("Smtp:Listen:Port", "2525", "takes one value")]
    [InlineData("Smtp:Protocol", "uucp", "is not one of Smtp, Lmtp")]
    [InlineData("Smtp:MaxMessageBytes", "fifty", "is not a whole number")]
    [InlineData("Smtp:MaxMessageBytes", "5", "must be between")]
    [InlineData("Smtp:TrustedNetworks:0", "10.0.0.0/40", "is not a network")]
    [InlineData("Smtp:Domains:0", "al@example.edu", "is not a domain like example.edu")]
    [InlineData("Smtp:Domains", "example.edu", "is a list")]
    [InlineData("Smtp:CertificateFile", "/nowhere/cert.pem", "there is no file")]
    [InlineData("NextHop:Port", "0", "must be between")]
    [InlineData("Retention:Days", "30", "need Retention:AllowShorter=true")]
    [InlineData("Web:Listen", "8080", "is not an address like")]
    [InlineData("Listeners:first:Listen", "127.0.0.1:1", "is a list")]
    [InlineData("Screening:WhenDown", "Drop", "is not one of Deliver, Defer")]
    [InlineData("Screening:TrustedHops", "-1", "must be between")]
    [InlineData("Screening:AuthServId", "mx example", "is not one word")]
    [InlineData("Screening:Rspamd", "http://127.0.0.1:11333", "is a group: write Recorder:Screening:Rspamd:Url=")]
    [InlineData("Screening:Rspamd:Urll", "http://127.0.0.1:11333", "did you mean Url?")]
    [InlineData("Screening:Rspamd:Url", "127.0.0.1:11333", "is not an address like http")]
    [InlineData("Screening:Rspamd:Url:Port", "1", "takes one value")]
    [InlineData("Screening:Rspamd:MaxConcurrent", "0", "must be between")]
    [InlineData("Screening:Rspamd:SpamScore", "six", "is not a number")]
    [InlineData("Screening:Spamd:Address", "783", "is neither host and port")]
    [InlineData("Screening:PhishSymbols", "PHISHING", "is a list")]
    public void A_bad_setting_is_named_with_its_reason_on_one_line(string key, string value, string reason)
    {
        var problem = Assert.Throws<SettingsException>(() => Load((key, value)));
        Assert.StartsWith($"Recorder:{key.Split(':')[0]}", problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(reason, problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public void Good_settings_are_in_force()
    {
        var settings = Load(
            ("Data:Path", "/srv/mail"), ("Smtp:Protocol", "lmtp"), ("Smtp:Domains:0", "example.edu"), ("Smtp:Domains:1", "example.org"),
            ("NextHop:Host", "mail.example.edu"), ("Routes:0:Host", "other"), ("Routes:0:Domains:0", "example.org"),
            ("Retention:Days", "30"), ("Retention:AllowShorter", "true"),
            ("Screening:WhenDown", "defer"), ("Screening:PhishSymbols:0", "X_*"), ("Screening:Rspamd:Url", "http://127.0.0.1:11333"), ("Screening:Headers:Rspamd", "true"));
        Assert.Equal("/srv/mail", settings.Data.Path);
        Assert.Equal(SmtpProtocol.Lmtp, settings.Smtp.Protocol);
        Assert.Equal(["example.edu", "example.org"], settings.Smtp.Domains);
        Assert.Equal("other", Assert.Single(settings.Routes).Host);
        Assert.Equal(30, settings.Retention.Days);
        Assert.Equal(WhenFilterIsDown.Defer, settings.Screening.WhenDown);
        Assert.Equal(["X_*"], settings.Screening.PhishSymbols);
        Assert.Equal("http://127.0.0.1:11333", settings.Screening.Rspamd.Url);
        Assert.True(settings.Screening.Headers is { Rspamd: true, SpamAssassin: false });
    }

    [Fact]
    public void No_settings_at_all_are_good_settings() => Assert.Equal("data", Load().Data.Path);

    private static RecorderSettings Load(params (string Key, string Value)[] values) =>
        RecorderSettings.From(new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Recorder:{value.Key}", (string?)value.Value)))
            .Build());
}
