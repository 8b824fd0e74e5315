using System.Text;

namespace Recorder.Accounts.Sources;

/// <summary>Puts a login into a name or a filter so that it cannot become more than a value there.</summary>
internal static class LdapNames
{
    /// <summary>RFC 4514 §2.4.</summary>
    public static string Dn(string template, string login) => Fill(template, login, value =>
    {
        var text = new StringBuilder();
        for (var index = 0; index < value.Length; index++)
        {
            var isSpecial = "\"+,;<>\\=".Contains(value[index], StringComparison.Ordinal) || (value[index] is '#' or ' ' && index == 0) || (value[index] == ' ' && index == value.Length - 1);
            text.Append(isSpecial ? "\\" : "").Append(value[index]);
        }

        return text.ToString();
    });

    /// <summary>RFC 4515 §3.</summary>
    public static string Filter(string template, string login) => Fill(template, login, value =>
        string.Concat(value.Select(letter => letter is '*' or '(' or ')' or '\\' or '\0' ? $"\\{(int)letter:x2}" : letter.ToString())));

    private static string Fill(string template, string login, Func<string, string> escape) => template
        .Replace("{user}", escape(login[..login.LastIndexOf('@')]), StringComparison.Ordinal)
        .Replace("{address}", escape(login), StringComparison.Ordinal);
}
