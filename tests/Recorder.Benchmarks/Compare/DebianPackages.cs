using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Compare;

/// <summary>Brings the peers, or says what to install.</summary>
internal static class DebianPackages
{
    /// <returns>What is still missing, with the command that brings it; null when everything is there.</returns>
    public static async Task<string?> BringAsync(IEnumerable<DebianProgram> programs, Action<string> say)
    {
        var missing = Missing(programs);
        if (missing.Count == 0)
        {
            return null;
        }

        string[] install = ["install", "-y", "--no-install-recommends", .. missing];
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            return $"missing: {string.Join(", ", missing)}; as root: apt-get {string.Join(' ', install)}";
        }

        say($"installing {string.Join(", ", missing)}");
        Environment.SetEnvironmentVariable("DEBIAN_FRONTEND", "noninteractive");
        await Machine.RunAsync("/usr/bin/apt-get", "update");
        var (code, output) = await Machine.RunAsync("/usr/bin/apt-get", install);
        return code == 0 && Missing(programs).Count == 0 ? null : $"apt-get {string.Join(' ', install)} ended with {code}:\n{output}";
    }

    private static List<string> Missing(IEnumerable<DebianProgram> programs) =>
        [.. programs.Where(program => !File.Exists(program.Path)).Select(program => program.Package).Distinct()];
}
