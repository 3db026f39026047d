"""Makes torch_*.pt* in this folder with torch itself, 1.13 of Debian 12 (tools/pytorch.sh unpacks it)."""
from collections import OrderedDict
import torch

module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, (1, 2)), torch.nn.BatchNorm2d(2), torch.nn.Linear(3, 2).half())
state = module.state_dict()
for number, tensor in enumerate(state.values()):
    if tensor.is_floating_point():
        tensor.copy_(torch.arange(tensor.numel()).view(tensor.shape) / 4 - number)
state["2.weight"] = state["2.weight"].t()
state["tied"] = torch.nn.Parameter(state["0.weight"].double())
torch.save(state, "torch_zip.pth")
torch.save(state, "torch_legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 1, "model": state, "optimizer": torch.optim.Adam(module[0].parameters()).state_dict()},
           "torch_checkpoint.pt")
torch.save(OrderedDict((name, tensor.detach().contiguous().float()) for name, tensor in state.items() if tensor.dim()),
           "torch_floats.pth")


class Long(torch.nn.Module):
    def forward(self, x):
        for _ in range(300):  # Traced, it is code that compresses to less than a tenth.
            x = x + 1
        return x


torch.jit.save(torch.jit.trace(Long(), torch.ones(1)), "torch_script.pt")
