using Recorder.Archive.Encryption;
using Recorder.Encryption;

namespace Recorder.Tests.Encryption;

public sealed class MasterKeySourceTests : IDisposable
{
    private readonly string key = MasterKey.NewText(), former = MasterKey.NewText(), file = Path.GetTempFileName();

    [Fact]
    public void Without_a_source_there_is_no_key_and_with_encryption_on_that_is_refused()
    {
        Assert.Empty(MasterKeySource.Read(new EncryptionOptions()));
        Assert.Equal("KeyFile", Assert.Throws<MasterKeyException>(() => MasterKeySource.Read(new EncryptionOptions { Enabled = true })).Setting);
    }

    [Fact]
    public void A_file_a_variable_and_a_command_give_the_same_keys_in_their_order()
    {
        File.WriteAllText(file, $"{key}\n\n{former}\r\n");
        Environment.SetEnvironmentVariable("RECORDER_TEST_MASTER", $"{key}\n{former}");
        foreach (var options in new[] { new EncryptionOptions { KeyFile = file }, new EncryptionOptions { KeyVariable = "RECORDER_TEST_MASTER" }, new EncryptionOptions { KeyCommand = $"cat '{file}'" } })
            Assert.Equal([MasterKey.Parse(key)!.Id, MasterKey.Parse(former)!.Id], MasterKeySource.Read(options).Select(one => one.Id));
    }

    [Fact]
    public void What_cannot_be_used_is_named_and_never_shown()
    {
        File.WriteAllText(file, $"{key}\nsecret-but-no-key");
        AssertRefused(new EncryptionOptions { KeyFile = file }, "KeyFile", "line 2");
        AssertRefused(new EncryptionOptions { KeyFile = file + ".none" }, "KeyFile", "cannot be read");
        AssertRefused(new EncryptionOptions { KeyVariable = "RECORDER_TEST_NONE" }, "KeyVariable", "no environment variable");
        AssertRefused(new EncryptionOptions { KeyCommand = "exit 3 # secret-but" }, "KeyCommand", "exit code 3");
        AssertRefused(new EncryptionOptions { KeyCommand = "echo secret-but-no-key" }, "KeyCommand", "line 1");
        AssertRefused(new EncryptionOptions { KeyCommand = "cat /dev/zero # secret-but" }, "KeyCommand", "");
        AssertRefused(new EncryptionOptions { KeyCommand = "true" }, "KeyCommand", "gives nothing");
        AssertRefused(new EncryptionOptions { KeyCommand = "sleep 60 # secret-but", KeyCommandSeconds = 1 }, "KeyCommand", "longer than 1 s");
        AssertRefused(new EncryptionOptions { KeyFile = file, KeyCommand = "true" }, "KeyCommand", "one source");
    }

    public void Dispose() => File.Delete(file);

    private void AssertRefused(EncryptionOptions options, string setting, string words)
    {
        var error = Assert.Throws<MasterKeyException>(() => MasterKeySource.Read(options));
        Assert.Equal(setting, error.Setting);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-but", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, error.ToString(), StringComparison.Ordinal);
    }
}
