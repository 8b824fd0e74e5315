using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Recorder.Encryption;
using Recorder.Health;

namespace Recorder.Settings;

/// <summary>The settings as they are, for people to read.</summary>
internal static partial class SettingsInForce
{
    // Whole words of a property's name: CertificateKeyFile is a path, Password is not for showing.
    private static readonly string[] SecretWords = ["Password", "Secret", "Token", nameof(EncryptionOptions.KeyCommand)];

    public static IReadOnlyList<SettingInForce> Of(RecorderSettings settings, IConfiguration configuration) =>
        [.. SettingsCatalog.Sections.SelectMany(section => Values(settings, section)).SelectMany(one => Of(one.Prefix, one.Options, configuration))];

    private static IEnumerable<(string Prefix, object Options)> Values(RecorderSettings settings, SettingsSection section)
    {
        var value = typeof(RecorderSettings).GetProperties().First(property => Fits(property.PropertyType, section)).GetValue(settings)!;
        return section.IsList
            ? ((IEnumerable)value).Cast<object>().Select((one, index) => (string.Create(CultureInfo.InvariantCulture, $"{section.Name}:{index}"), one))
            : [(section.Name, value)];
    }

    private static bool Fits(Type type, SettingsSection section) =>
        section.IsList ? type.IsGenericType && type.GetGenericArguments()[0] == section.Type : type == section.Type;

    private static IEnumerable<SettingInForce> Of(string prefix, object options, IConfiguration configuration) => options.GetType().GetProperties()
        .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0)
        .SelectMany(property => Below($"{prefix}:{property.Name}", property, property.GetValue(options), configuration));

    // A group has keys of its own, a list of groups has numbers before them; anything else is one value.
    private static IEnumerable<SettingInForce> Below(string key, PropertyInfo property, object? value, IConfiguration configuration) => value switch
    {
        not null when SettingsCatalog.IsGroup(property) => Of(key, value, configuration),
        IEnumerable many and not string when many.Cast<object>().Any(one => one is not (string or IFormattable)) =>
            many.Cast<object>().SelectMany((one, index) => Of(string.Create(CultureInfo.InvariantCulture, $"{key}:{index}"), one, configuration)),
        _ => [One(key, property, value, configuration)],
    };

    private static SettingInForce One(string key, PropertyInfo property, object? value, IConfiguration configuration)
    {
        var text = Shown(value);
        var isSecret = text.Length > 0 && SecretWords.Any(word => property.Name.Contains(word, StringComparison.Ordinal));
        return new SettingInForce(key, isSecret ? null : InAddress().Replace(text, "://…@"), SourceOf(key, configuration));
    }

    private static string Shown(object? value) => value switch
    {
        null => "",
        string text => text,
        IEnumerable many => string.Join(", ", many.Cast<object>().Select(Shown)),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static SettingSource SourceOf(string key, IConfiguration configuration)
    {
        var path = $"{SettingsCatalog.Root}:{key}";
        var provider = (configuration as IConfigurationRoot)?.Providers.LastOrDefault(one => one.TryGet(path, out _) || one.GetChildKeys([], path).Any());
        return provider switch
        {
            null => SettingSource.Default,
            Microsoft.Extensions.Configuration.CommandLine.CommandLineConfigurationProvider => SettingSource.Argument,
            Microsoft.Extensions.Configuration.Json.JsonConfigurationProvider => SettingSource.File,
            _ => SettingSource.Environment,
        };
    }

    /// <summary>Name and password in an address.</summary>
    [GeneratedRegex("://[^/@]+@")]
    private static partial Regex InAddress();
}
