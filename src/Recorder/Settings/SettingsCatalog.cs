using Recorder.Accounts;
using Recorder.Delivery;
using Recorder.Intake;
using Recorder.Retention;
using Recorder.Web;

namespace Recorder.Settings;

/// <param name="IsList">The section is an array: <c>Listeners:0</c>, <c>Listeners:1</c>, …</param>
public sealed record SettingsSection(string Name, Type Type, bool IsList = false);

/// <summary>Every section that exists. A key outside of these stops the start.</summary>
public static class SettingsCatalog
{
    /// <summary>All keys stand below this one: <c>Recorder:Smtp:Listen</c>, environment <c>Recorder__Smtp__Listen</c>.</summary>
    public const string Root = "Recorder";

    public static IReadOnlyList<SettingsSection> Sections { get; } =
    [
        new(DataOptions.Section, typeof(DataOptions)),
        new(SmtpOptions.Section, typeof(SmtpOptions)),
        new("Listeners", typeof(ListenerOptions), IsList: true),
        new(NextHopSettings.Section, typeof(NextHopSettings)),
        new("Routes", typeof(RouteSettings), IsList: true),
        new(WebOptions.Section, typeof(WebOptions)),
        new(AccountsOptions.Section, typeof(AccountsOptions)),
        new(RetentionOptions.Section, typeof(RetentionOptions)),
    ];
}
