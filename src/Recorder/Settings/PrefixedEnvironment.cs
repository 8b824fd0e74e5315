using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Recorder.Settings;

/// <summary>Takes <c>Recorder__Section__Key</c> only: nothing else in the environment is a setting.</summary>
internal sealed class PrefixedEnvironment : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider();

    private sealed class Provider : EnvironmentVariablesConfigurationProvider
    {
        public override void Load()
        {
            base.Load();
            var prefix = SettingsCatalog.Root + ConfigurationPath.KeyDelimiter;
            Data = Data.Where(pair => pair.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        }
    }
}
