using Recorder.Accounts;
using Recorder.Accounts.Sources;

namespace Recorder.Web.Oidc;

/// <param name="Number">In the settings, and in the addresses of its pages.</param>
/// <param name="Name">What people read on the button.</param>
/// <param name="Domains">Normalised.</param>
public sealed record OidcProvider(int Number, string Name, IReadOnlyList<string> Domains, string PublicUrl)
{
    public string Scheme => SchemeOf(Number);

    public string CallbackPath => CallbackOf(Number);

    public static string SchemeOf(int number) => FormattableString.Invariant($"oidc-{number}");

    public static string CallbackOf(int number) => FormattableString.Invariant($"/signin/from/{number}");

    public string StartUrl(string back, string? hint = null) =>
        $"/signin/with/{Number}?back={Uri.EscapeDataString(back)}{(string.IsNullOrEmpty(hint) ? "" : "&hint=" + Uri.EscapeDataString(hint))}";
}

/// <summary>The providers of this site, each for its own domains.</summary>
internal sealed class OidcProviders(IEnumerable<OidcSignInOptions> options, IAddressBook book)
{
    public IReadOnlyList<OidcProvider> All { get; } = [.. options.Select((one, number) => new OidcProvider(
        number, one.Name.Length > 0 ? one.Name : new Uri(one.Authority).Host, [.. one.Domains.Select(MailDomain.Normalise).OfType<string>()], one.PublicUrl.TrimEnd('/')))];

    public OidcProvider? Of(string scheme) => All.FirstOrDefault(one => one.Scheme == scheme);

    /// <summary>With whom an address signs in; null where that is with a password.</summary>
    public OidcProvider? For(string address) =>
        book.Normalise(address) is { } name ? All.FirstOrDefault(one => one.Domains.Contains(name[(name.LastIndexOf('@') + 1)..])) : null;
}
