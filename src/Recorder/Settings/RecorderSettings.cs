using System.Collections;
using System.ComponentModel.DataAnnotations;
using Recorder.Accounts;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Digests;
using Recorder.Encryption;
using Recorder.Evidence;
using Recorder.Health;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Mailboxes;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Screening;
using Recorder.Web;

namespace Recorder.Settings;

/// <summary>All settings as in force, already checked.</summary>
public sealed record RecorderSettings(
    DataOptions Data, SmtpOptions Smtp, IReadOnlyList<ListenerOptions> Listeners, NextHopSettings NextHop,
    IReadOnlyList<RouteSettings> Routes, WebOptions Web, AccountsOptions Accounts, RetentionOptions Retention,
    ScreeningOptions Screening, SearchOptions Search, DigestOptions Digests, OutboxOptions Outbox, EvidenceOptions Evidence, RecoveryOptions Recovery, EncryptionOptions Encryption)
{
    /// <summary>Every key with its value and where that came from, for people: secrets are not in it.</summary>
    public IReadOnlyList<SettingInForce> InForce { get; init; } = [];

    public IReadOnlyList<MailboxServerOptions> Mailboxes { get; init; } = [];

    /// <summary>Reads file, environment and arguments, in that order of growing weight, and checks everything.</summary>
    /// <param name="arguments">Those of the form <c>--Recorder:Section:Key=value</c>.</param>
    /// <exception cref="SettingsException">The first key that cannot be used.</exception>
    public static RecorderSettings Load(string? file, IReadOnlyList<string> arguments)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(SettingsFile.Checked(file), optional: file is null)
            .Add(new PrefixedEnvironment())
            .AddCommandLine([.. arguments])
            .Build();
        return From(configuration);
    }

    /// <exception cref="SettingsException">The first key that cannot be used.</exception>
    public static RecorderSettings From(IConfiguration configuration)
    {
        var root = configuration.GetSection(SettingsCatalog.Root);
        UnknownKeys.Refuse(root);
        var settings = new RecorderSettings(
            Bind<DataOptions>(root, DataOptions.Section),
            Bind<SmtpOptions>(root, SmtpOptions.Section),
            BindList<ListenerOptions>(root, "Listeners"),
            Bind<NextHopSettings>(root, NextHopSettings.Section),
            BindList<RouteSettings>(root, "Routes"),
            Bind<WebOptions>(root, WebOptions.Section),
            Bind<AccountsOptions>(root, AccountsOptions.Section),
            Bind<RetentionOptions>(root, RetentionOptions.Section),
            Bind<ScreeningOptions>(root, ScreeningOptions.Section),
            Bind<SearchOptions>(root, SearchOptions.Section),
            Bind<DigestOptions>(root, DigestOptions.Section),
            Bind<OutboxOptions>(root, OutboxOptions.Section),
            Bind<EvidenceOptions>(root, EvidenceOptions.Section),
            Bind<RecoveryOptions>(root, RecoveryOptions.Section),
            Bind<EncryptionOptions>(root, EncryptionOptions.Section)) { Mailboxes = BindList<MailboxServerOptions>(root, MailboxServerOptions.Section) };
        CrossChecks.Run(settings);
        return settings with { InForce = SettingsInForce.Of(settings, configuration) };
    }

    private static IReadOnlyList<T> BindList<T>(IConfiguration root, string section) where T : class, new() =>
        [.. Numbered(root, section).Select(child => Bind<T>(root, $"{section}:{child.Key}"))];

    private static IEnumerable<IConfigurationSection> Numbered(IConfiguration root, string section) =>
        root.GetSection(section).GetChildren().OrderBy(child => child.Key.Length).ThenBy(child => child.Key, StringComparer.Ordinal);

    private static void BindGroups(IConfiguration root, string section, Type group, IList groups)
    {
        foreach (var child in Numbered(root, section))
        {
            var options = Activator.CreateInstance(group)!;
            BindAll(root, $"{section}:{child.Key}", options);
            groups.Add(options);
        }
    }

    private static T Bind<T>(IConfiguration root, string section) where T : class, new()
    {
        var options = new T();
        BindAll(root, section, options);
        return options;
    }

    private static void BindAll(IConfiguration root, string section, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(property => property.CanWrite))
        {
            if (SettingsCatalog.IsGroup(property)) BindAll(root, $"{section}:{property.Name}", property.GetValue(options)!);
            else if (SettingsCatalog.GroupListOf(property) is { } group) BindGroups(root, $"{section}:{property.Name}", group, (IList)property.GetValue(options)!);
            else BindOne(root, section, options, property.Name);
        }

        Validate(options, section);
    }

    // Property by property, so that a value that does not convert is named by its own key.
    private static void BindOne(IConfiguration root, string section, object options, string name)
    {
        var property = options.GetType().GetProperty(name)!;
        var value = root.GetSection($"{section}:{name}");
        if (!value.Exists())
        {
            return;
        }

        try
        {
            property.SetValue(options, value.Get(property.PropertyType) ?? property.GetValue(options));
        }
        catch (Exception problem) when (problem is InvalidOperationException or FormatException)
        {
            throw new SettingsException($"{SettingsCatalog.Root}:{section}:{name}", $"'{value.Value}' is not {Expectation(property.PropertyType)}");
        }
    }

    private static string Expectation(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(plain))}"
            : plain == typeof(bool) ? "true or false"
            : plain == typeof(int) || plain == typeof(long) ? "a whole number"
            : plain == typeof(double) ? "a number"
            : $"a {plain.Name}";
    }

    private static void Validate(object options, string section)
    {
        var problems = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true))
        {
            return;
        }

        var first = problems[0];
        throw new SettingsException(
            $"{SettingsCatalog.Root}:{section}:{first.MemberNames.FirstOrDefault()}", first.ErrorMessage ?? "not valid");
    }
}
