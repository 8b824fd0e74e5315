using System.Collections;
using System.Reflection;
using Recorder.Accounts;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Digests;
using Recorder.Encryption;
using Recorder.Evidence;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Mailboxes;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Screening;
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
        new(OutboxOptions.Section, typeof(OutboxOptions)),
        new(MailboxServerOptions.Section, typeof(MailboxServerOptions), IsList: true),
        new(WebOptions.Section, typeof(WebOptions)),
        new(AccountsOptions.Section, typeof(AccountsOptions)),
        new(RetentionOptions.Section, typeof(RetentionOptions)),
        new(EvidenceOptions.Section, typeof(EvidenceOptions)),
        new(EncryptionOptions.Section, typeof(EncryptionOptions)),
        new(ScreeningOptions.Section, typeof(ScreeningOptions)),
        new(SearchOptions.Section, typeof(SearchOptions)),
        new(RecoveryOptions.Section, typeof(RecoveryOptions)),
        new(DigestOptions.Section, typeof(DigestOptions)),
    ];

    /// <summary>A property that holds further keys below its own: <c>Screening:Rspamd:Url</c>.</summary>
    public static bool IsGroup(PropertyInfo property) =>
        property.PropertyType is { IsClass: true } type && type != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>The groups that a property holds a list of: <c>Accounts:Imap:0:Host</c>; null for any other property.</summary>
    public static Type? GroupListOf(PropertyInfo property) =>
        property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IList<>)
        && type.GetGenericArguments()[0] is { IsClass: true } group && group != typeof(string) ? group : null;
}
