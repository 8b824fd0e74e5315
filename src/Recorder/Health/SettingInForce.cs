namespace Recorder.Health;

/// <summary>Where a value was taken from; the later ones stand before the earlier.</summary>
public enum SettingSource
{
    Default,
    File,
    Environment,
    Argument,
}

/// <param name="Key">Without the root: <c>Smtp:Listen</c>.</param>
/// <param name="Value">As text; null where it is a secret that is set.</param>
public sealed record SettingInForce(string Key, string? Value, SettingSource Source);
