using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Health;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Transfer;
using Recorder.Transfer.Backup;
using Recorder.Transfer.Export;

namespace Recorder.Control;

/// <summary>
/// What the command line asks of the process that holds the data folder, over a unix socket that only the same user can
/// open. The same path on a network listener is 404.
/// </summary>
internal static class ControlEndpoints
{
    internal static readonly Actor Cli = new("cli", Environment.UserName);

    /// <summary>Opens the socket. One left behind by a killed process would refuse the bind; the folder's lock says that
    /// nobody uses it.</summary>
    public static void ListenForControl(this KestrelServerOptions kestrel, string path)
    {
        File.Delete(path);
        kestrel.ListenUnixSocket(path, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(new CameBySocket());
            return next(connection);
        }));
    }

    /// <param name="only">What a command will ask for, where nobody else can ask: each end point costs a start some compiling. Null: everything.</param>
    public static void MapControl(this WebApplication app, Action<RouteGroupBuilder>? only = null) =>
        (only ?? MapAll)(app.MapGroup("/control").AddEndpointFilter(OnlyFromSocket).ExcludeFromDescription().DisableAntiforgery().AllowAnonymous());

    public static void MapImport(RouteGroupBuilder control) => control.MapPost("/import", ImportAsync);

    private static void MapAll(RouteGroupBuilder control)
    {
        control.MapGet("/accounts", (IAccounts accounts) => accounts.List(limit: int.MaxValue).Select(Row));
        control.MapPost("/accounts", (AccountRequest request, IAccounts accounts, CancellationToken cancel) =>
            ActAsync(() => accounts.AddAsync(Cli, request.Address, request.Password, request.Admin, request.DisplayName, cancel)));
        control.MapPost("/accounts/password", (AccountRequest request, IAccounts accounts, CancellationToken cancel) =>
            ChangeAsync(accounts, request, () => accounts.SetPasswordAsync(Cli, request.Address, request.Password ?? "", cancel)));
        control.MapPost("/accounts/disable", (AccountRequest request, IAccounts accounts, CancellationToken cancel) =>
            ChangeAsync(accounts, request, () => accounts.SetDisabledAsync(Cli, request.Address, true, cancel)));
        control.MapPost("/accounts/enable", (AccountRequest request, IAccounts accounts, CancellationToken cancel) =>
            ChangeAsync(accounts, request, () => accounts.SetDisabledAsync(Cli, request.Address, false, cancel)));
        control.MapGet("/status", (IArchiveLog log, ILedger ledger, IndexFollower mail, EventFollower events) =>
            new ControlStatus(log.DurableSequence, ledger.State.Position.GetValueOrDefault(log.Lane), mail.Status.Through, events.Status.Through));
        control.MapGet("/doctor", DoctorAsync);
        control.MapAccess();
        control.MapAccounts();
        control.MapEvidence();
        control.MapEncryption();
        MapImport(control);
        control.MapPost("/export", ExportAsync);
        control.MapPost("/backup", (HttpContext http, BackupRequest request, Backups backups, CancellationToken cancel) =>
            StreamAsync(http, backups.RunAsync(request, Cli, cancel), cancel));
        control.MapLists(Cli);
        control.MapRetention(Cli);
        control.MapReconcile();
    }

    private static async ValueTask<object?> OnlyFromSocket(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<CameBySocket>() is null ? Results.NotFound() : await next(context);

    private sealed class CameBySocket;

    private static Task<IResult> ActAsync(Func<Task<Account>> act) => AccessControl.ActAsync(async () => Row(await act()));

    private static Task<IResult> ChangeAsync(IAccounts accounts, AccountRequest request, Func<Task> change) =>
        ActAsync(async () =>
        {
            await change();
            return accounts.Find(request.Address)!;
        });

    internal static AccountRow Row(Account account) => new(
        account.Address, account.DisplayName, account.IsAdmin, account.IsDisabled, [.. account.Addresses.Select(owned => owned.Address)]);

    // Only a serve is asked: nothing else holds the folder for long.
    private static async Task<IResult> DoctorAsync(IServiceProvider parts, CancellationToken cancel) =>
        parts.GetService<ISetupChecks>() is { } checks && parts.GetService<HealthCheck>() is { } health
            ? Results.Json((await checks.RunAsync(cancel)).Concat(health.Report().Reasons.Select(reason => new SetupCheck("health", false, reason))), ControlDoor.Json)
            : Results.Json(new Refusal("busy", "another command is working on the folder; try again when it has ended"), ControlDoor.Json, statusCode: StatusCodes.Status409Conflict);

    private static async Task ImportAsync(HttpContext http, ImportRequest request, Importer importer, CancellationToken cancel)
    {
        try
        {
            await StreamAsync(http, importer.Begin(request, Cli, cancel), cancel);
        }
        catch (ImportRefusedException refusal)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new Refusal("cannot-import", refusal.Message), cancel);
        }
    }

    private static async Task ExportAsync(HttpContext http, ExportRequest request, Exporter exporter, CancellationToken cancel)
    {
        try
        {
            await StreamAsync(http, exporter.Begin(request, Cli, cancel), cancel);
        }
        catch (ExportRefusedException refusal)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new Refusal("cannot-export", refusal.Message), cancel);
        }
    }

    internal static async Task StreamAsync<T>(HttpContext http, IAsyncEnumerable<T> lines, CancellationToken cancel)
    {
        http.Response.ContentType = "application/x-ndjson";
        await foreach (var line in lines)
        {
            await http.Response.WriteAsync(JsonSerializer.Serialize(line, ControlDoor.Json) + "\n", cancel);
            await http.Response.Body.FlushAsync(cancel);
        }
    }
}
