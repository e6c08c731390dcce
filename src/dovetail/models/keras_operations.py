"""The operations that Keras 3 writes into a model's graph: `Class(arguments of its constructor|arguments of a call)`.

A function of `keras.ops` that was called on symbolic tensors is written as one of these, so that both libraries read
each other's files. Recorded from Keras 3.15.1.
"""

# fmt: off
OPERATIONS = {
    "numpy": """
        Rot90(k,axes|array) Absolute(|x) Abs(|x) Fabs(|x) Add(|x1,x2) All(axis,keepdims|x)
        AllClose(rtol,atol,equal_nan|x1,x2) Angle(|x) Any(axis,keepdims|x) Amax(axis,keepdims|x)
        Amin(axis,keepdims|x) Append(axis|x1,x2) Arange(dtype|start,stop,step) Arccos(|x) Arccosh(|x) Arcsin(|x)
        Arcsinh(|x) Arctan(|x) Arctan2(|x1,x2) Arctanh(|x) Argmax(axis,keepdims|x) Argmin(axis,keepdims|x)
        Argsort(axis|x) Array(dtype|x) View(dtype|x) Average(axis|x,weights) Heaviside(|x1,x2)
        Bincount(weights,minlength,sparse|x) BitwiseAnd(|x,y) BitwiseInvert(|x) BitwiseNot(|x) BitwiseOr(|x,y)
        BitwiseXor(|x,y) BitwiseLeftShift(|x,y) LeftShift(|x,y) BitwiseRightShift(|x,y) RightShift(|x,y)
        BroadcastTo(shape|x) Cbrt(|x) Ceil(|x) Clip(x_min,x_max|x) Concatenate(axis|xs) Conjugate(|x) Conj(|x)
        Copy(|x) Cos(|x) Cosh(|x) CountNonzero(axis|x) Cross(axisa,axisb,axisc,axis|x1,x2) Cumprod(axis,dtype|x)
        Cumsum(axis,dtype|x) Deg2rad(|x) Rad2deg(|x) Diag(k|x) Diagflat(k|x) Diagonal(offset,axis1,axis2|x)
        Diff(n,axis|a) Digitize(|x,bins) Dot(|x1,x2) Dstack(|xs) Einsum(subscripts|operands,kwargs)
        EmptyLike(dtype|x) Equal(|x1,x2) Exp(|x) Exp2(|x) ExpandDims(axis|x) Expm1(|x) Flip(axis|x) Fliplr(|x)
        Flipud(|x) Floor(|x) Full(shape,dtype|fill_value) FullLike(dtype|x,fill_value) Gcd(|x1,x2) GetItem(|x,key)
        Geomspace(num,endpoint,dtype,axis|start,stop) Greater(|x1,x2) GreaterEqual(|x1,x2) Hstack(|xs)
        Hsplit(indices_or_sections|x) Hypot(|x1,x2) Imag(|x) I0(|x) Isclose(equal_nan|x1,x2,rtol,atol)
        Isfinite(|x) IsIn(assume_unique,invert|x1,x2) Isinf(|x) Isnan(|x) Isneginf(|x) Isposinf(|x) Isreal(|x)
        Kron(|x1,x2) Lcm(|x1,x2) Ldexp(|x1,x2) Less(|x1,x2) LessEqual(|x1,x2)
        Linspace(num,endpoint,retstep,dtype,axis|start,stop) Log(|x) Log10(|x) Log1p(|x) Log2(|x)
        Logaddexp(|x1,x2) Logaddexp2(|x1,x2) LogicalAnd(|x1,x2) LogicalNot(|x) LogicalOr(|x1,x2)
        Logspace(num,endpoint,base,dtype,axis|start,stop) Matmul(|x1,x2) Max(axis,keepdims,initial|x)
        Maximum(|x1,x2) Fmax(|x1,x2) Median(axis,keepdims|x) Meshgrid(indexing|x) Min(axis,keepdims,initial|x)
        Minimum(|x1,x2) Fmin(|x1,x2) Mod(|x1,x2) Fmod(|x1,x2) Moveaxis(source,destination|x)
        Nanargmax(axis,keepdims|x) Nanargmin(axis,keepdims|x) Nancumsum(axis,dtype|x) Nancumprod(axis,dtype|x)
        Nanmax(axis,keepdims|x) Nanmean(axis,keepdims|x) Nanmedian(axis,keepdims|x) Nanmin(axis,keepdims|x)
        Nanpercentile(axis,method,keepdims|x,q) Nanprod(axis,keepdims|x) Nanquantile(axis,method,keepdims|x,q)
        Nanstd(axis,keepdims|x) Nansum(axis,keepdims|x) Nanvar(axis,keepdims|x) NanToNum(nan,posinf,neginf|x)
        Ndim(|x) Nonzero(|x) NotEqual(|x1,x2) OnesLike(dtype|x) ZerosLike(dtype|x) Outer(|x1,x2)
        Pad(pad_width,mode|x,constant_values) Percentile(axis,method,keepdims|x,q) Prod(axis,keepdims,dtype|x)
        Ptp(axis,keepdims|x) Quantile(axis,method,keepdims|x,q) Ravel(|x) UnravelIndex(shape|indices) Real(|x)
        Reciprocal(|x) Repeat(repeats,axis|x) Reshape(newshape|x) Roll(shift,axis|x) Round(decimals|x)
        SearchSorted(side|sorted_sequence,values) Sign(|x) Signbit(|x) Sin(|x) Sinc(|x) Sinh(|x) Size(|x)
        Sort(axis|x) Split(indices_or_sections,axis|x) Stack(axis|x) Std(axis,keepdims|x) Swapaxes(axis1,axis2|x)
        Take(axis|x,indices) TakeAlongAxis(axis|x,indices) Tan(|x) Tanh(|x) Tensordot(axes|x1,x2) Tile(repeats|x)
        Trace(offset,axis1,axis2|x) Tril(k|x) Triu(k|x) Trunc(|x) Vdot(|x1,x2) Inner(|x1,x2) Vstack(|xs)
        Vsplit(indices_or_sections|x) Where(|condition,x1,x2) Subtract(|x1,x2) Multiply(|x1,x2) Divide(|x1,x2)
        DivideNoNan(|x1,x2) TrueDivide(|x1,x2) Power(|x1,x2) Negative(|x) Nextafter(|x1,x2) Square(|x) Sqrt(|x)
        Squeeze(axis|x) Transpose(axes|x) Trapezoid(x,dx,axis|y) Mean(axis,keepdims|x) Vander(N,increasing|x)
        Var(axis,keepdims|x) Sum(axis,keepdims|x) FloorDivide(|x1,x2) LogicalXor(|x1,x2) Corrcoef(|x)
        Correlate(mode|x1,x2) Select(|condlist,choicelist,default) Slogdet(|x) Argpartition(kth,axis|x)
        Histogram(bins,range|x) ArraySplit(indices_or_sections,axis|x)
        Unique(sorted,return_index,return_inverse,return_counts,axis,size,fill_value|x)
        Dsplit(indices_or_sections|x)
    """,
    "nn": """
        Relu(|x) Relu6(|x) Sigmoid(|x) SparseSigmoid(|x) Softplus(|x) Softsign(|x) SoftShrink(threshold|x)
        SparsePlus(|x) Silu(|x) Squareplus(b|x) LogSigmoid(|x) LeakyRelu(negative_slope|x) HardSigmoid(|x)
        HardSilu(|x) Elu(alpha|x) Selu(|x) Gelu(approximate|x) Celu(alpha|x) Glu(axis|x) TanhShrink(|x)
        HardTanh(|x) HardShrink(threshold|x) Threshold(threshold,default_value|x) Softmax(axis|x)
        LogSoftmax(axis|x) Sparsemax(axis|x) MaxPool(pool_size,strides,padding,data_format|inputs)
        AdaptiveMaxPool(output_size,data_format|inputs) AveragePool(pool_size,strides,padding,data_format|inputs)
        AdaptiveAveragePool(output_size,data_format|inputs)
        Conv(strides,padding,data_format,dilation_rate|inputs,kernel)
        DepthwiseConv(strides,padding,data_format,dilation_rate|inputs,kernel)
        SeparableConv(strides,padding,data_format,dilation_rate|inputs,depthwise_kernel,pointwise_kernel)
        ConvTranspose(strides,padding,output_padding,data_format,dilation_rate|inputs,kernel)
        OneHot(num_classes,axis,dtype,sparse|x) BinaryCrossentropy(from_logits|target,output)
        CategoricalCrossentropy(from_logits,axis|target,output)
        SparseCategoricalCrossentropy(from_logits,axis|target,output)
        MultiHot(num_classes,axis,dtype,sparse|inputs) Moments(axes,keepdims,synchronized|x)
        BatchNorm(axis,epsilon|x,mean,variance,offset,scale)
        CTCLoss(mask_index|target,output,target_length,output_length)
        CTCDecode(strategy,beam_width,top_paths,merge_repeated,mask_index|inputs,sequence_lengths)
        Normalize(axis,order,epsilon|x) PSNR(max_val|x1,x2)
        DotProductAttention(is_causal,flash_attention,attn_logits_soft_cap|query,key,value,bias,mask,scale)
        RMSNorm(axis,epsilon|x,scale) LayerNorm(axis,epsilon,rms_scaling|x,gamma,beta) Polar(|abs_,angle)
        Unfold(kernel_size,dilation,padding,stride|x) Fold(output_size,kernel_size,dilation,padding,stride|x)
        DepthToSpace(block_size,data_format|x) SpaceToDepth(block_size,data_format|x)
    """,
    "math": """
        SegmentSum(num_segments,sorted|data,segment_ids) SegmentMax(num_segments,sorted|data,segment_ids)
        SegmentMin(num_segments,sorted|data,segment_ids) SegmentProd(num_segments,sorted|data,segment_ids)
        TopK(k,sorted|x) InTopK(k|targets,predictions) Logsumexp(axis,keepdims|x) CDist(|x,y)
        ExtractSequences(sequence_length,sequence_stride|x) FFT(|x) FFT2(|x) IFFT2(|x) RFFT(fft_length|x)
        IRFFT(fft_length|x) STFT(sequence_length,sequence_stride,fft_length,window,center|x)
        ISTFT(sequence_length,sequence_stride,fft_length,length,window,center|x) Rsqrt(|x) Erf(|x) Erfc(|x)
        Erfinv(|x) Logdet(|x) ViewAsComplex(|x) ViewAsReal(|x)
    """,
    "core": """
        Map(|f,xs) Scan(length,reverse,unroll|f,init,xs) AssociativeScan(reverse,axis|f,elems)
        Scatter(shape|indices,values) ScatterUpdate(reduction|inputs,indices,updates)
        Slice(shape|inputs,start_indices) SliceUpdate(|inputs,start_indices,updates)
        Switch(|index,branches,operands) WhileLoop(cond,body,maximum_iterations|loop_vars) StopGradient(|variable)
        ForiLoop(lower,upper,body_fun|init_val) Unstack(num,axis|x) Cast(dtype|x) SaturateCast(dtype|x)
        ConvertToTensor(dtype,sparse,ragged|x) Cond(|pred,true_fn,false_fn) VectorizedMap(function|elements)
    """,
    "linalg": """
        Cholesky(upper|x) CholeskyInverse(upper|x) Det(|x) Eig(|x) Eigh(|x) Inv(|x) LuFactor(|x)
        Norm(ord,axis,keepdims|x) Qr(mode|x) Solve(|a,b) SolveTriangular(lower|a,b)
        SVD(full_matrices,compute_uv|x) Lstsq(rcond|a,b) MatrixRank(tol|x) Pinv(rcond|x)
        JVP(has_aux|fun,primals,tangents)
    """,
    "image": """
        RGBToGrayscale(data_format|images) RGBToHSV(data_format|images) HSVToRGB(data_format|images)
        Resize(size,interpolation,antialias,crop_to_aspect_ratio,pad_to_aspect_ratio,fill_mode,fill_value,data_format|images)
        AffineTransform(interpolation,fill_mode,fill_value,data_format|images,transform)
        ExtractPatches(size,strides,dilation_rate,padding,data_format|images)
        MapCoordinates(order,fill_mode,fill_value|inputs,coordinates)
        PadImages(top_padding,left_padding,bottom_padding,right_padding,target_height,target_width,data_format|images)
        CropImages(top_cropping,left_cropping,bottom_cropping,right_cropping,target_height,target_width,data_format|images)
        PerspectiveTransform(interpolation,fill_value,data_format|images,start_points,end_points)
        GaussianBlur(kernel_size,sigma,data_format|images)
        ElasticTransform(alpha,sigma,interpolation,fill_mode,fill_value,seed,data_format|images)
        ScaleAndTranslate(spatial_dims,method,antialias|images,output_shape,scale,translation)
        SobelEdges(data_format|images) SSIM(max_val,filter_size,filter_sigma,k1,k2,data_format|image1,image2)
    """,
}
# fmt: on
# classes whose function has another name than theirs in snake case
OTHER_NAMES = {
    "AllClose": "allclose",
    "BatchNorm": "batch_normalization",
    "CDist": "cdist",
    "GetItem": "getitem",
    "IsIn": "isin",
    "LayerNorm": "layer_normalization",
    "RMSNorm": "rms_normalization",
    "SearchSorted": "searchsorted",
}  # fmt: skip
