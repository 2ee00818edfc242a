return await Switchboard.Worker.WorkerHost.RunAsync(args is ["run", "--config", var file] ? file : null, CancellationToken.None);
