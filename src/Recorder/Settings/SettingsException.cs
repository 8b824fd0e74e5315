namespace Recorder.Settings;

/// <summary>A setting that cannot be used. The message is one line: the key and the reason.</summary>
public sealed class SettingsException(string key, string reason) : Exception($"{key}: {reason}")
{
    public string Key { get; } = key;
}
