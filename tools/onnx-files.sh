#!/usr/bin/env bash
# ONNX files that no one of the project made: each is imported, which compares it with ONNX Runtime, and its certificate
# is verified on every driver. Prints a table in Markdown, that of docs/results/onnx-files.md.
#   tools/onnx-files.sh FOLDER [FILTER]
# FOLDER holds the files of the table below; those that are missing are left out, and the last line says how many.
# ResNet18.onnx is that of the package Microsoft.ML.DnnImageFeaturizer.ResNet18, which NuGet gets. FILTER is a part of a
# line of the list. DRIVERS chooses drivers of tools/drivers.sh, "system" is the machine's own. LIMIT is the number of
# seconds that a certificate may take on one driver (default 1800). Exit status 1 if one fails.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1
folder="${1:?tools/onnx-files.sh FOLDER [FILTER]}" filter="${2:-}"
read -ra drivers <<<"${DRIVERS:-lavapipe-22 lavapipe-25 swiftshader}"
package=microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx
program="${SOFTPOOL:-src/Trainer/bin/Release/net10.0}/softpool.dll"
softpool() { dotnet "$program" "$@"; }

# The file, and the options of import.
files="light_bvlc_alexnet.onnx
light_densenet121.onnx
light_inception_v1.onnx
light_inception_v2.onnx
light_resnet50.onnx
light_shufflenet.onnx
light_squeezenet.onnx
light_vgg19.onnx
light_zfnet512.onnx
${NUGET_PACKAGES:-$HOME/.nuget/packages}/$package
ch_ppocr_mobile_v2.0_cls_infer.onnx --shape x=1x3x48x192
ch_PP-OCRv4_rec_infer.onnx --shape x=1x3x48x320
ch_PP-OCRv4_det_infer.onnx --shape x=1x3x64x64
ch_PP-OCRv4_det_infer.onnx --shape x=1x3x640x640
ch_PP-OCRv4_det_infer.onnx --shape x=1x3x736x1280"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0 missing=0
row() { printf '| %s ' "$@" && echo '|'; }
row file layers 'output against ONNX Runtime' "${drivers[@]}"
row '---' '---' '---' "${drivers[@]/*/---}"
while read -r file options; do
    [[ "$file $options" == *"$filter"* ]] || continue
    path="$file"
    [[ $file == /* ]] || path="$folder/$file"
    [[ -e $path ]] || { missing=$((missing + 1)) && continue; }
    cells=()
    # shellcheck disable=SC2086 # options are words
    if COLUMNS=400 softpool import "$path" $options -o "$work/model.safetensors" &>"$work/log"; then
        layers="$(sed -nE 's/.*, ([0-9]+) layers, [0-9,]+ parameters.*/\1/p' "$work/log")"
        error="$(tr -s ' \n' ' ' <"$work/log" |
            sed -nE 's/.*output error ([^ ]+) of its largest *value, ([^ ]+) is allowed.*/\1 of \2 allowed/p')"
        for driver in "${drivers[@]}"; do
            icd=()
            [[ $driver == system ]] || icd=("VK_DRIVER_FILES=$(tools/drivers.sh --icd "$driver")")
            begin=$SECONDS
            status=0
            env "${icd[@]}" COLUMNS=400 timeout "${LIMIT:-1800}" \
                dotnet "$program" verify "$work/model.safetensors" &>"$work/log" || status=$?
            if ((status == 0)); then
                cells+=("holds, $((SECONDS - begin)) s")
            elif ((status == 124)); then
                cells+=("not within ${LIMIT:-1800} s")
                failed=$((failed + 1))
            else
                cells+=("$(grep -oE 'FAILS:.*|error:.*' "$work/log" | head -1 || tail -1 "$work/log")")
                failed=$((failed + 1))
            fi
        done
    else
        layers=- error="$(grep -m1 -E 'error' "$work/log" || tail -1 "$work/log")"
        failed=$((failed + 1))
    fi
    row "$(basename "$file") ${options#--shape }" "$layers" "$error" "${cells[@]}"
done <<<"$files"
echo
echo "$failed failed, $missing files missing"
((failed == 0))
