namespace Recorder.Tests.Search.Table;

/// <summary>A message as the table's reference knows it.</summary>
internal sealed class SlowMail(string key, string subject, string from, string to, string text, params string[] files)
{
    public string Key => key;

    public SlowText Subject { get; } = new(subject);

    public SlowText From { get; } = new(from);

    public SlowText To { get; } = new(to);

    public SlowText Text { get; } = new(text);

    public SlowText Files { get; } = new(files);

    public SlowText All { get; } = new([subject, from, to, text, .. files]);

    public bool HasFile => files.Length > 0;

    public string Described => $"{key}: {subject} | {from} | {string.Join(", ", files)} | {text}";
}

/// <summary>
/// What a row of the table should find: conditions joined by spaces (all) and by | (one of a group), each a letter for
/// where, a sign for how, and a text in which · stands for a space. <c>a~成績</c> anywhere, <c>s=report</c> the whole word
/// in the subject, <c>t^uni</c> a word that begins so, <c>n"a·b</c> words in order in a file name, <c>+file</c>, <c>!</c> for not.
/// </summary>
internal static class Meaning
{
    public static bool Holds(string meaning, SlowMail mail) =>
        meaning.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(group => group.Split('|').Any(one => One(one, mail)));

    private static bool One(string condition, SlowMail mail)
    {
        if (condition == "*") return true;
        if (condition[0] == '!') return !One(condition[1..], mail);
        if (condition == "+file") return mail.HasFile;
        var (place, words) = (Place(condition[0], mail), condition[2..].Replace('·', ' '));
        return condition[1] switch
        {
            '~' => place.Contains(words),
            '=' => place.HasWord(words),
            '^' => place.HasBeginning(words),
            '"' => place.HasWordsInOrder(words),
            _ => throw new ArgumentException($"no condition: {condition}"),
        };
    }

    private static SlowText Place(char letter, SlowMail mail) => letter switch
    {
        'a' => mail.All,
        's' => mail.Subject,
        'f' => mail.From,
        'r' => mail.To,
        't' => mail.Text,
        'n' => mail.Files,
        _ => throw new ArgumentException($"no place: {letter}"),
    };
}
