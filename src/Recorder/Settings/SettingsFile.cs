using System.Text.Json;

namespace Recorder.Settings;

/// <summary>The file of settings, or nothing where none was named and none lies in the current folder.</summary>
internal static class SettingsFile
{
    private const string UsualName = "appsettings.json";

    /// <exception cref="SettingsException">It is not there, cannot be read, or has none of our settings.</exception>
    /// <returns>Its whole path.</returns>
    public static string Checked(string? named)
    {
        var path = Path.GetFullPath(named ?? UsualName);
        var file = Read(path, optional: named is null);
        if (named is not null && !file.GetSection(SettingsCatalog.Root).Exists())
        {
            throw Unusable(path, $"has no \"{SettingsCatalog.Root}\" in it: all settings stand inside \"{SettingsCatalog.Root}\": {{ … }}");
        }

        return path;
    }

    private static IConfigurationRoot Read(string path, bool optional)
    {
        try
        {
            return new ConfigurationBuilder().AddJsonFile(path, optional).Build();
        }
        catch (FileNotFoundException)
        {
            throw Unusable(path, "is not there");
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, problem.GetBaseException() is JsonException json
                ? $"is not JSON: look at line {json.LineNumber + 1} and before it"
                : $"cannot be read: {problem.GetBaseException().Message}");
        }
    }

    private static SettingsException Unusable(string path, string reason) => new($"file {path}", reason);
}
