using Recorder.Control;
using Recorder.Settings;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Control;

public sealed class DataFolderTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public void A_data_folder_that_others_could_enter_is_closed_to_them_and_so_are_its_keys()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        using var folder = new TestFolder();
        var data = new DataOptions { Path = folder.File("data") };
        Directory.CreateDirectory(data.Keys);
        foreach (var open in new[] { data.Path, data.Keys })
        {
            File.SetUnixFileMode(open, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        using var held = DataFolder.Hold(data);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(data.Path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(data.Keys));
    }
}
