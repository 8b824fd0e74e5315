using Recorder.Search;

namespace Recorder.Tests.Search;

public sealed class PhraseTests
{
    /// <summary>Every character that has ever been taken for a quote or bracket somewhere, and many that were not.</summary>
    [Fact]
    public void Nothing_in_a_phrase_ends_it()
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("harmless", "secret"));
        bed.Show();
        for (var letter = ' '; letter < '\uFFFF'; letter++)
        {
            if (char.IsSurrogate(letter) || char.IsLetterOrDigit(letter)) continue;
            var page = bed.Search("subject:" + QueryPhrase.Of($"harmless{letter} body:secret {letter}OR{letter} body:secret"));
            Assert.True(page is { Understood: [{ Operator: "subject" }], Items.Count: 0 }, $"U+{(int)letter:X4}");
        }
    }
}
