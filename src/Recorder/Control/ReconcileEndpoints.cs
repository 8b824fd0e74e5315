using Microsoft.AspNetCore.Http.Metadata;
using Recorder.Completeness.Reconciling;

namespace Recorder.Control;

/// <summary>What a comparison with a mail server's log asks.</summary>
internal static class ReconcileEndpoints
{
    public static void MapReconcile(this RouteGroupBuilder control)
    {
        var reconcile = control.MapGroup("/reconcile").WithMetadata(new LargeQuestions());
        reconcile.MapPost("/stand", (IReconcileDesk desk, CancellationToken cancel) => desk.StandAsync(cancel));
        reconcile.MapPost("/look-up", (LookUpRequest request, IReconcileDesk desk, CancellationToken cancel) => desk.LookUpAsync(request, cancel));
        reconcile.MapPost("/sequence", ([Microsoft.AspNetCore.Mvc.FromBody] DateTimeOffset moment, IReconcileDesk desk, CancellationToken cancel) => desk.SequenceBeforeAsync(moment, cancel));
        reconcile.MapPost("/stretch", (StretchRequest request, IReconcileDesk desk, CancellationToken cancel) => desk.StretchAsync(request, cancel));
    }

    /// <summary>A lot of long addresses, or the bits of a stretch, are more than people's requests may be.</summary>
    private sealed record LargeQuestions : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => 4 << 20;
    }
}
