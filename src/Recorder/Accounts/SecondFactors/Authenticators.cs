using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using OtpNet;
using Recorder.Ledger;

namespace Recorder.Accounts.SecondFactors;

/// <param name="Secret">Base32, to type where no code can be scanned.</param>
/// <param name="Uri">What an authenticator scans.</param>
/// <param name="Sealed">The same for the form that confirms it: nothing is kept until then.</param>
public sealed record OfferedFactor(string Secret, string Uri, string Sealed);

/// <summary>
/// Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds) and recovery codes. Whether a code was used before is
/// asked of the ledger: no code counts twice, whichever process is asked.
/// </summary>
public sealed class Authenticators(ILedger ledger, SecretBox box, TimeProvider time)
{
    private const int SecretBytes = 20, RecoveryCodes = 10, RecoveryBytes = 10;

    // A code has 20 bits, so whoever has the password, or a session, may not try for long.
    private const int MaxTries = 10;

    private readonly SignInLimits tries = new(MaxTries, int.MaxValue, time, MaxTries * 3);

    // A clock may be half a minute off, and typing takes time (RFC 6238 §5.2).
    private static readonly VerificationWindow Around = new(previous: 1, future: 1);

    public SecondFactor? Of(string account) => ledger.State.Get<SecondFactor>(StateKeys.SecondFactor(account));

    public OfferedFactor Offer(string account)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var uri = new OtpUri(OtpType.Totp, secret, account, "Recorder").ToString();
        return new OfferedFactor(Base32Encoding.ToString(secret), uri, box.Seal(account, secret));
    }

    /// <summary>The same offer again, after a code that was not right.</summary>
    public OfferedFactor? Again(string account, string sealedOffer) => box.Open(account, sealedOffer) is { } secret
        ? new OfferedFactor(Base32Encoding.ToString(secret), new OtpUri(OtpType.Totp, secret, account, "Recorder").ToString(), sealedOffer)
        : null;

    /// <returns>The recovery codes, shown once.</returns>
    /// <exception cref="ActRefusedException">wrong-code.</exception>
    public async Task<IReadOnlyList<string>> SetAsync(Reader reader, string sealedOffer, string code, CancellationToken cancel)
    {
        var account = reader.Account.Address;
        var step = StepOf(box.Open(account, sealedOffer), code) ?? throw WrongCode();
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => RecoveryCode.Make(RandomNumberGenerator.GetBytes(RecoveryBytes))).ToList();
        var now = time.GetUtcNow();
        await ledger.ActAsync(
            KeyOf(account),
            state => state.Get<SecondFactor>(StateKeys.SecondFactor(account)) is not null
                ? throw new ActRefusedException("second-factor-exists", "take the present second factor off first")
                : new SecondFactorSet(account, new SecondFactor(sealedOffer, [.. codes.Select(RecoveryCode.HashOf)], now, step)) { Actor = reader.Actor, At = now },
            cancel);
        return codes;
    }

    /// <summary>Takes it off, for whoever has a code.</summary>
    /// <exception cref="ActRefusedException">wrong-code, too-many-attempts.</exception>
    public async Task RemoveAsync(Reader reader, string code, CancellationToken cancel)
    {
        if (!await UseAsync(reader.Actor, reader.Account.Address, code, cancel)) throw WrongCode();
        await ResetAsync(reader.Actor, reader.Account.Address, cancel);
    }

    /// <summary>Takes it off for somebody who lost everything.</summary>
    /// <returns>false where there was none.</returns>
    public async Task<bool> ResetAsync(Actor actor, string account, CancellationToken cancel) => await ledger.ActAsync(
        KeyOf(account),
        state => state.Get<SecondFactor>(StateKeys.SecondFactor(account)) is null ? null : new SecondFactorSet(account, null) { Actor = actor, At = time.GetUtcNow() },
        cancel) is not null;

    /// <summary>Uses up a code of the authenticator or a recovery code.</summary>
    /// <exception cref="ActRefusedException">too-many-attempts.</exception>
    public async Task<bool> UseAsync(Actor actor, string account, string code, CancellationToken cancel)
    {
        var source = actor.Source ?? "";
        if (!tries.TryBegin(account, source)) throw new ActRefusedException("too-many-attempts", "too many wrong codes; wait a quarter of an hour");
        if (await ledger.ActAsync(KeyOf(account), state => Use(state.Get<SecondFactor>(StateKeys.SecondFactor(account)), actor, account, code), cancel) is null) return false;
        tries.Succeeded(account, source);
        return true;
    }

    private SecondFactorUsed? Use(SecondFactor? factor, Actor actor, string account, string code)
    {
        if (factor is null) return null;
        var recovery = RecoveryCode.HashOf(code);
        if (factor.RecoveryHashes.Contains(recovery)) return new SecondFactorUsed(account, null, recovery) { Actor = actor, At = time.GetUtcNow() };
        return StepOf(box.Open(account, factor.SealedSecret), code) is { } step && step > factor.LastStep
            ? new SecondFactorUsed(account, step, null) { Actor = actor, At = time.GetUtcNow() } : null;
    }

    private long? StepOf(byte[]? secret, string code)
    {
        var digits = string.Concat(code.Where(letter => !char.IsWhiteSpace(letter)));
        return secret is not null && digits.Length == 6 && new Totp(secret).VerifyTotp(time.GetUtcNow().UtcDateTime, digits, out var step, Around) ? step : null;
    }

    private static ActRefusedException WrongCode() => new("wrong-code", "the code is not right, or was used before");

    private static string KeyOf(string account) => $"second-factor/{account}";
}

/// <summary>Codes for the day the phone is lost: 80 bits each, so that a plain hash is enough.</summary>
internal static class RecoveryCode
{
    private const int GroupChars = 4;

    public static string Make(byte[] random) =>
        string.Join('-', Base32Encoding.ToString(random).TrimEnd('=').ToLowerInvariant().Chunk(GroupChars).Select(group => new string(group)));

    public static string HashOf(string code) => WebEncoders.Base64UrlEncode(SHA256.HashData(
        System.Text.Encoding.UTF8.GetBytes(string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant())));
}
