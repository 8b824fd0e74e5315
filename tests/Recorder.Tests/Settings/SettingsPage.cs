using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Recorder.Settings;

namespace Recorder.Tests.Settings;

/// <summary>Writes docs/settings.md from the options records: names, defaults, ranges and their docstrings.</summary>
internal static partial class SettingsPage
{
    public static string Write()
    {
        var words = Docstrings();
        var page = new StringBuilder()
            .AppendLine("# Settings")
            .AppendLine()
            .AppendLine("Read from `appsettings.json` in the current folder (or the file named by `--settings`), then from the environment")
            .AppendLine("(`Recorder__Smtp__Listen`), then from the command line (`--Recorder:Smtp:Listen=127.0.0.1:25`); the later one wins. A key")
            .AppendLine("that is not in this list, or a value that cannot be used, stops the start with the key and the reason.")
            .AppendLine("In the file all of it stands inside `\"Recorder\": { … }`; what stands outside is not read.")
            .AppendLine()
            .AppendLine("This page is written from the code and checked by a test.");
        foreach (var section in SettingsCatalog.Sections)
        {
            WriteSection(page, section.Name + (section.IsList ? ":N" : ""), section.Type, words);
        }

        return page.Replace("\r\n", "\n").ToString();
    }

    private static void WriteSection(StringBuilder page, string name, Type type, Dictionary<string, string> words)
    {
        var all = type.GetProperties().Where(property => property.CanWrite).ToList();
        var properties = all.Where(property => SettingsCatalog.GroupListOf(property) is null).ToLookup(SettingsCatalog.IsGroup);
        page.AppendLine().AppendLine($"## Recorder:{name}").AppendLine();
        page.AppendLine(words[$"T:{type.FullName}"]).AppendLine();
        page.AppendLine("| key | default | allowed | what it does |").AppendLine("|---|---|---|---|");
        foreach (var property in properties[false])
        {
            page.AppendLine(Row(property, Activator.CreateInstance(type)!, words));
        }

        foreach (var group in properties[true])
        {
            WriteSection(page, $"{name}:{group.Name}", group.PropertyType, words);
        }

        foreach (var list in all.Where(property => SettingsCatalog.GroupListOf(property) is not null))
        {
            WriteSection(page, $"{name}:{list.Name}:N", SettingsCatalog.GroupListOf(list)!, words);
        }
    }

    private static string Row(PropertyInfo property, object defaults, Dictionary<string, string> words) =>
        $"| `{property.Name}` | {Default(property.GetValue(defaults))} | {Allowed(property)} | {words.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "")} |";

    private static string Default(object? value) => value switch
    {
        null or "" => "–",
        IEnumerable and not string => "–",
        bool flag => flag ? "`true`" : "`false`",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Allowed(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return property.GetCustomAttribute<RangeAttribute>() is { } range ? $"{range.Minimum} to {range.Maximum}"
            : type.IsEnum ? string.Join(", ", Enum.GetNames(type))
            : type == typeof(bool) ? "true, false"
            : type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) ? $"list: `{property.Name}:0`, …"
            : "text";
    }

    private static Dictionary<string, string> Docstrings() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "recorder.xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")));

    private static string Plain(XElement? summary)
    {
        if (summary is null)
        {
            return "";
        }

        foreach (var reference in summary.Descendants("see").ToList())
        {
            reference.ReplaceWith($"`{reference.Attribute("cref")!.Value.Split('.')[^1]}`");
        }

        foreach (var code in summary.Descendants("c").ToList())
        {
            code.ReplaceWith($"`{code.Value}`");
        }

        return Spaces().Replace(summary.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
