using Recorder.Completeness.Reconciling;

namespace Recorder.Control;

/// <summary>The desk of the process that holds the data folder.</summary>
internal sealed class RemoteDesk(ControlDoor door) : IReconcileDesk
{
    public Task<ReconcileStand> StandAsync(CancellationToken cancel) => door.SendAsync<ReconcileStand>(HttpMethod.Post, "reconcile/stand", null, cancel);

    public Task<LookUpAnswer> LookUpAsync(LookUpRequest request, CancellationToken cancel) =>
        door.SendAsync<LookUpAnswer>(HttpMethod.Post, "reconcile/look-up", request, cancel);

    public Task<long> SequenceBeforeAsync(DateTimeOffset moment, CancellationToken cancel) =>
        door.SendAsync<long>(HttpMethod.Post, "reconcile/sequence", moment, cancel);

    public Task<StretchAnswer> StretchAsync(StretchRequest request, CancellationToken cancel) =>
        door.SendAsync<StretchAnswer>(HttpMethod.Post, "reconcile/stretch", request, cancel);
}
